# SPDX-License-Identifier: Apache-2.0
"""Sealing small secrets before they are stored, so that a dump of the database does not open them."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


def _box(purpose: str) -> MultiFernet:
    """This will derive one key for each signing key, the current one first, so that keys can be rotated."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str | bytes, purpose: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"anshu:{purpose}".encode())
    return base64.urlsafe_b64encode(derivation.derive(force_bytes(key)))


def seal(text: str, *, purpose: str) -> str:
    """This will encrypt and authenticate the text under a key derived from SECRET_KEY for this purpose."""
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str | None:
    """This will open what `seal` gave; None when the key has changed or the text was tampered with."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None
