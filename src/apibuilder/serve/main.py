"""`apibuilder serve`: everything on this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import time

from apibuilder.client import Place, Refused, Unreachable
from apibuilder.errors import ApiBuilderError
from apibuilder.serve import runfile, sample
from apibuilder.serve.platform import Doors, Platform
from apibuilder.serve.screen import Screen
from apibuilder.settings import Settings


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises Conflict or Unavailable when it cannot start."""
    begun = time.monotonic()
    screen = Screen()
    with runfile.alone(settings.state_dir):
        if left := runfile.end_leftovers(settings.run_dir / "serve.json"):
            screen.say(f"[yellow]ended what a killed predecessor left:[/] {', '.join(left)}")
        doors = Doors.open(settings)
        asyncio.run(_serve(settings, doors, screen, begun))


async def _serve(settings: Settings, doors: Doors, screen: Screen, begun: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    platform = Platform(settings, doors, screen)
    starting = asyncio.create_task(_start(platform, settings, screen, begun))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
        await stopped
    except ApiBuilderError:
        screen.failed()
        raise
    finally:
        for task in (starting, stopped):
            task.cancel()
        await asyncio.gather(starting, stopped, return_exceptions=True)
        with screen.step("stopped"):
            await platform.stop()


async def _start(platform: Platform, settings: Settings, screen: Screen, begun: float) -> None:
    await platform.start()
    screen.started()
    if platform.first_start and settings.sample:
        with screen.step("a sample API"):
            made = await _sample(platform, settings, screen)
    else:
        made = None
    _show(platform, screen, made, time.monotonic() - begun)


async def _sample(platform: Platform, settings: Settings, screen: Screen) -> sample.Sample | None:
    token = (settings.state_dir / "operator.token").read_text().strip()
    try:
        return await asyncio.to_thread(sample.create, Place(platform.platform_url, token))
    except (Refused, Unreachable) as error:
        screen.say(f"[yellow]no sample API:[/] {error}")
        return None


def _show(platform: Platform, screen: Screen, made: sample.Sample | None, seconds: float) -> None:
    screen.say(f"\n[bold]AI API Builder[/] is ready [dim]({seconds:.1f} s)[/]")
    screen.say(f"  platform  {platform.platform_url}")
    screen.say(f"  gateway   {platform.gateway_url}")
    screen.say(f"  metrics   {platform.metrics_url}/metrics")
    if (operator := platform.new_operator) is not None:
        screen.say("\nYour sign-in as operator (the password is shown only now):")
        screen.say(f"  {operator.email}  [bold]{operator.password}[/]")
    if made is not None:
        screen.say(
            f"\n[bold]{made.name}[/], your first API. Call it (the key is shown only now):\n"
        )
        screen.say(f"  [cyan]{made.curl}[/]\n")
    screen.say('Make another: [cyan].venv/bin/apibuilder create "a link shortener"[/]')
    screen.say("[dim]Ctrl-C stops everything.[/]\n")
