"""Where `coldchain emulate --to …` sends."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.errors import UserError
from runtime.settings import load_section, load_settings

if TYPE_CHECKING:
    from sensor_emulator import Target


@dataclass(frozen=True, slots=True)
class EmulatorSection:
    """`[emulator]` of the settings: who speaks to the front door.

    `tokens` as `coldchain ingest token issue` writes it; without it, over MQTT, `mqtt_username`
    and `mqtt_password_file` speak for all devices. `ca_file`: whom to trust by TLS.
    """

    tokens: Path | None = None
    mqtt_username: str = ""
    mqtt_password_file: Path | None = None
    ca_file: Path | None = None


def is_live(to: str) -> bool:
    """Whether it goes to a server, which lives now, rather than into a folder."""
    return to == "kafka" or "://" in to


def target_of(to: str, tokens: Path | None) -> "Target":
    """The target named by `--to`. Raises UserError, TargetError."""
    import sensor_emulator as emulator

    if "://" in to:
        return _front_door(to, tokens)
    if tokens is not None:
        raise UserError(f"--tokens is for http:// and mqtt://; {to} needs none")
    if to == "kafka":
        from broker.admin import ensure_topics

        settings = load_settings().kafka
        ensure_topics(settings)
        return emulator.KafkaTarget(settings)
    try:
        return emulator.FolderTarget(Path(to))
    except OSError as error:
        raise UserError(f"--to {to}: {error.strerror}: give a folder to write into") from None


def _front_door(to: str, tokens: Path | None) -> "Target":
    import sensor_emulator as emulator

    section = load_section("emulator", EmulatorSection)
    password, file = "", section.mqtt_password_file
    if file is not None:
        try:
            password = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{file} can't be read: {error}") from None
    settings = emulator.FrontDoorSettings(
        tokens=tokens or section.tokens,
        mqtt_username=section.mqtt_username,
        mqtt_password=password,
        ca_file=section.ca_file,
    )
    return emulator.FrontDoorTarget(to, settings)
