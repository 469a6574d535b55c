"""The profiles there are: those shipped with the project, and a user's own."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from coldchain.profile import Profile
from coldchain.profile_toml import ProfileError, parse_profile


def load_profiles(extra: Path | None = None) -> dict[str, Profile]:
    """Every profile by its id: the shipped ones, and those of the folder `extra` (`*.toml`).

    Raises ProfileError where one is refused, where two have one id (a user's profile may not
    quietly take the place of a shipped one), or where `extra` is not a folder.
    """
    profiles: dict[str, Profile] = {}
    came_from: dict[str, str] = {}
    for file, shown in [*_shipped(), *_own(extra)]:
        profile = parse_profile(_text(file, shown), shown)
        if profile.id in profiles:
            raise ProfileError(
                f"{shown}: profile {profile.id}: id: is already that of"
                f" {came_from[profile.id]}; give this one another"
            )
        profiles[profile.id] = profile
        came_from[profile.id] = shown
    return profiles


def profile_texts(extra: Path | None = None) -> dict[str, str]:
    """Every profile's TOML as it is in its file, by its id. Raises ProfileError."""
    load_profiles(extra)  # refuses two of one id
    texts = [(_text(file, shown), shown) for file, shown in [*_shipped(), *_own(extra)]]
    return {parse_profile(text, shown).id: text for text, shown in texts}


def _shipped() -> list[tuple[Traversable, str]]:
    folder = files("coldchain") / "profiles"
    found = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return [(file, file.name) for file in sorted(found, key=lambda file: file.name)]


def _own(extra: Path | None) -> list[tuple[Traversable, str]]:
    if extra is None:
        return []
    if not extra.is_dir():
        raise ProfileError(f"{extra}: not a folder of profiles")
    return [(file, str(file)) for file in sorted(extra.glob("*.toml"))]


def _text(file: Traversable, shown: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ProfileError(f"{shown}: not UTF-8 text") from None
    except OSError as error:
        raise ProfileError(f"{shown}: can't be read: {error.strerror}") from None
