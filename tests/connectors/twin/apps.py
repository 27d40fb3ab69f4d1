"""What a GitHub App signs itself in with."""

import base64
import json


def assertion(app: int | str, *, issued: int = 1_760_000_000, lasts_s: int = 600) -> str:
    """A JSON web token of the App's, with a signature that nobody can check."""
    parts = ({"alg": "RS256", "typ": "JWT"}, {"iss": app, "iat": issued, "exp": issued + lasts_s})
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    return ".".join([*encoded, "c2lnbmF0dXJl"])
