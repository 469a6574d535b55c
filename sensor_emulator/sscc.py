"""Serial shipping container codes: 18 digits, the last of them a check digit.

An SSCC is an extension digit, a company's GS1 prefix and a serial number. The prefix here is the
one of GS1's own examples: no company's, and no parcel in the world carries it.
"""

EXTENSION, EXAMPLE_PREFIX = "1", "0614141"
SERIAL_DIGITS = 17 - len(EXTENSION) - len(EXAMPLE_PREFIX)


def check_digit(digits: str) -> int:
    """GS1's check digit: weights 3, 1, 3… from the right; the sum comes to a multiple of ten."""
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return -total % 10


def sscc(serial: int) -> str:
    """The label of this serial number. Raises ValueError where it has too many digits."""
    if not 0 <= serial < 10**SERIAL_DIGITS:
        raise ValueError(f"serial {serial}: at most {SERIAL_DIGITS} digits")
    body = f"{EXTENSION}{EXAMPLE_PREFIX}{serial:0{SERIAL_DIGITS}d}"
    return f"{body}{check_digit(body)}"
