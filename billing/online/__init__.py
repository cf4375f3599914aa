"""Providers of online payment: what one has to answer, and the sandbox that plays one."""
