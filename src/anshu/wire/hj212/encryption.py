# SPDX-License-Identifier: Apache-2.0
"""Encryption of the data region, HJ 212-2025 6.4 and appendix A.2.

SM4 in ECB mode over whole blocks of 16 characters; the rest stays plain. Written as {0xE4,0x3E,…}rest.
"""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from anshu.wire.base import refuse

BLOCK = 16
KEY_BYTES = 16
_CLAUSE = "2025 附录A.2"
_HEX = frozenset(b"0123456789ABCDEFabcdef")


def key_of(secret: str | None) -> bytes | None:
    """Read a device's secret as an SM4 key, which is 32 hexadecimal digits; None for any other secret."""
    if secret is None or len(secret) != 2 * KEY_BYTES or not _HEX.issuperset(secret.encode("utf-8")):
        return None
    return bytes.fromhex(secret)


def encrypt_region(region: bytes, key: bytes) -> bytes:
    """Write a data region encrypted; one shorter than a block stays as it is."""
    whole = len(region) - len(region) % BLOCK
    if not whole:
        return region
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    cipher = encryptor.update(region[:whole])
    return b"{" + ",".join(f"0x{byte:02X}" for byte in cipher).encode() + b"}" + region[whole:]


def decrypt_region(region: bytes, key: bytes, offset: int) -> bytes:
    """Read an encrypted data region; raise Refused('bad_cipher')."""
    cipher, rest = split_region(region, offset)
    decryptor = Cipher(algorithms.SM4(key), modes.ECB()).decryptor()
    return decryptor.update(cipher) + rest


def split_region(region: bytes, offset: int) -> tuple[bytes, bytes]:
    """Give the encrypted bytes and the plain rest of a region; raise Refused('bad_cipher')."""
    written, brace, rest = region[1:].partition(b"}")
    if not brace or len(rest) >= BLOCK:
        refuse("bad_cipher", offset, _CLAUSE)
    digits = bytearray()
    for item in written.split(b",") if written else ():
        if len(item) != 4 or item[:2] not in (b"0x", b"0X") or not _HEX.issuperset(item[2:]):
            refuse("bad_cipher", offset, _CLAUSE)
        digits += item[2:]
    if len(digits) % (2 * BLOCK):
        refuse("bad_cipher", offset, _CLAUSE)
    return bytes.fromhex(digits.decode("ascii")), rest
