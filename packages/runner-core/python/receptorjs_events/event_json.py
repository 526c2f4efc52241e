"""JSON of events: whatever a result may hold becomes something JSON knows."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping, Sequence, Set


def plain(value, depth=0):
    """`value` rebuilt out of what JSON knows, for whatever the encoder alone would refuse."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if hasattr(value, "_ciphertext") or isinstance(value, (bytes, datetime.date)):
        return foreign(value)
    if depth > 100:
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (Sequence, Set)):
        return [plain(item, depth + 1) for item in value]
    return foreign(value)


def foreign(value):
    """What stands in JSON for an object that is no JSON type."""
    secret = getattr(value, "_ciphertext", None)
    if secret is not None:
        return {"__ansible_vault": secret.decode() if isinstance(secret, bytes) else secret}
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (Mapping, Sequence, Set)):
        return plain(value)
    return str(value)


ENCODER = json.JSONEncoder(default=foreign, allow_nan=False)


def encode(value):
    try:
        return ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError):
        return json.dumps(plain(value))
