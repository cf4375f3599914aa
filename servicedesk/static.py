"""Static files of an installation that one machine serves to itself."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class GzipOnly(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the package carries no types
    """Hashed and compressed, without the half minute that Brotli takes to save one more tenth."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """Return a compressor that knows gzip alone."""
        return Compressor(use_brotli=False, **kwargs)
