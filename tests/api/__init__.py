"""The API as programs outside see it: tokens, JSON and headers, nothing but what `contract.md` promises."""
