"""Check that the packages of `make build` are what a release must be. The first thing that is wrong ends it.

`make release-check` runs it, in an environment with the tools. It also writes the bill of materials (CycloneDX) of
wheel and sdist, and the licences of everything that they need, into dist/.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
UV = ROOT / ".tools/uv/bin/uv"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = sorted(PROJECT["optional-dependencies"])
TESTED = [text.rpartition(" ")[2] for text in PROJECT["classifiers"] if "Python :: 3." in text]
SDIST_TESTS = ("tests/test_operations.py", "tests/test_cancel.py", "tests/test_readme.py", "tests/test_wheel.py")

# What an installed package is asked to do: argv is its version, and the extras that it has.
TRY = """
import asyncio, subprocess, sys, sysconfig
from pathlib import Path
import clear_street
from clear_street import AsyncClearStreet, ClearStreet, DefaultAioHttpClient
from clear_street.sandbox import SandboxServer

version, *extras = sys.argv[1:]
site = Path(sysconfig.get_path("purelib"))
assert Path(clear_street.__file__).is_relative_to(site), clear_street.__file__
assert clear_street.__version__ == version
with ClearStreet.sandbox() as client:
    assert len(client.v1.positions.get_positions(122503)) == 7
command = Path(sysconfig.get_path("scripts"), "clear-street")
ran = subprocess.run([command, "--version"], capture_output=True, text=True)
assert ran.returncode == (0 if "cli" in extras else 2), ran
assert ("clear-street " + version if "cli" in extras else "'clear-street-client[cli]'") in ran.stdout + ran.stderr, ran
if "aiohttp" in extras:
    async def read(url):
        async with AsyncClearStreet(api_key="key", base_url=url, http_client=DefaultAioHttpClient()) as client:
            return len(await client.v1.positions.get_positions(122503))
    with SandboxServer() as server:
        assert asyncio.run(read(server.url)) == 7
if "opentelemetry" in extras:
    from clear_street.opentelemetry import OpenTelemetry
    with ClearStreet.sandbox(on_event=OpenTelemetry()) as client:
        client.v1.positions.get_positions(122503)
if "speed" in extras:
    import msgspec
"""


def run(*command: str | Path, cwd: Path = ROOT, environment: dict[str, str] | None = None) -> str:
    """Run a command; what it prints is shown if it fails."""
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=os.environ | (environment or {}), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def pythons() -> list[str]:
    """Return the interpreters of this machine that the classifiers name, and say which are not there."""
    found = []
    for version in TESTED:
        roots = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
        for candidate in (f"python{version}", *map(str, sorted(roots.glob(f"{version}.*/bin/python")))):
            try:
                asked = subprocess.run(
                    [candidate, "-c", "import sys; print(sys.executable)"], capture_output=True, text=True, check=True
                )
            except (OSError, subprocess.CalledProcessError):
                continue
            found.append(asked.stdout.strip())
            break
        else:
            print(f"Python {version}: not on this machine")
    return found


def build_again(scratch: Path) -> tuple[Path, Path]:
    """Build from a copy, by another umask, time zone and seed, and from the sdist: the bytes are the same."""
    wheel, sdist = next(DIST.glob("*.whl")), next(DIST.glob("*.tar.gz"))
    with tarfile.open(sdist) as archive:
        archive.extractall(scratch, filter="data")
    source = scratch / sdist.name.removesuffix(".tar.gz")
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir")
    os.umask(0o077)
    other = {"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    run(*build, scratch / "again", ROOT, environment=other)
    os.umask(0o022)
    run(*build, scratch / "from-sdist", source, environment=other)
    for first in (wheel, sdist):
        for folder in ("again", "from-sdist"):
            if first.read_bytes() != (scratch / folder / first.name).read_bytes():
                sys.exit(f"{first.name}: built {folder}, it has other bytes")
    print(f"built three times, the same bytes: {wheel.name}, {sdist.name}")

    run(
        ROOT / ".venv/bin/python", "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *SDIST_TESTS,
        cwd=source, environment={"PYTHONPATH": os.pathsep.join([f"{source / 'overlay'}", f"{source / 'generated'}"])},
    )  # fmt: skip
    print(f"the sdist passes {', '.join(SDIST_TESTS)}")
    return wheel, sdist


def install(artifact: Path, extras: list[str], python: str, into: Path) -> None:
    """Install into a new environment that has nothing else, and try what was installed."""
    run(UV, "venv", "--quiet", "--clear", "--python", python, into)
    needed = f"{artifact}[{','.join(extras)}]" if extras else str(artifact)
    there = into / "bin/python"
    run(UV, "pip", "install", "--quiet", "--python", there, needed)
    run(UV, "pip", "check", "--quiet", "--python", there)
    version = artifact.name.split("-")[1].removesuffix(".tar.gz")
    run(there, "-I", "-W", "error", "-c", TRY, version, *extras, cwd=into)


def bill(python: Path) -> None:
    """Write what the package needs, with every extra, as CycloneDX, and the licence of each; each must have one."""
    there = DIST / "sbom.cdx.json"
    run(
        sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--validate",
        "--pyproject", ROOT / "pyproject.toml", "--output-file", there, python,
    )  # fmt: skip
    licences = {}
    for part in json.loads(there.read_text(encoding="utf-8"))["components"]:
        found = part["licenses"]
        named = [one.get("expression") or one["license"].get("id") or one["license"]["name"] for one in found]
        licences[part["name"]] = (part["version"], " / ".join(dict.fromkeys(named)))
    lines = [f"{name:<28} {version:<20} {text}" for name, (version, text) in sorted(licences.items())]
    (DIST / "licences.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{there.name}, licences.txt:", *lines, sep="\n  ")


def main() -> None:
    """Check everything."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        artifacts = build_again(scratch)
        run(sys.executable, "-m", "twine", "check", "--strict", *artifacts)
        print("twine check --strict: passed")
        choices = [[], *([extra] for extra in EXTRAS), EXTRAS]
        for python in pythons():
            for artifact in artifacts:
                for extras in choices:
                    install(artifact, extras, python, scratch / "environment")
            told = ", ".join("+".join(extras) or "no extra" for extras in choices)
            print(f"{run(python, '--version').strip()}: wheel and sdist install and work with {told}")
        bill(scratch / "environment/bin/python")


if __name__ == "__main__":
    main()
