"""The commands that prepare a machine and a shell: `dm setup` and `dm completion`."""

import click
from click.shell_completion import shell_complete

from local import place
from local.lake import Lake
from local.spark import conf, server


@click.command()
def setup() -> None:
    """Prepare this Python environment: Java, jars, and Spark's settings for the lake.

    \b
    Examples:
      dm setup
      DM_LAKE=/some/folder dm setup
    """
    from local.spark import classes

    prepare()
    classes.make_in_background()


def prepare() -> Lake:
    """Finds Java, fetches the jars, and writes Spark's settings for the lake, which it gives."""
    from local.spark import jars, java

    here = place.made()
    chosen, passed_over = java.find()
    for unfit in passed_over:
        click.echo(f"Not used, for Spark needs Java 17 or 21: {java.describe(unfit)}")
    conf.configure(chosen.executable, [jars.fetch(jar) for jar in jars.JARS])
    click.echo(f"The lake is {here.root}, Java {chosen.version} is from {chosen.source}")
    return here


def ready() -> None:
    """Makes this process use the lake that is there, and the Spark that stays, if one does.

    Raises:
        NoLake, LakeElsewhere: see place.there().
    """
    place.there()
    if not conf.is_configured():
        click.get_current_context().invoke(setup)
    conf.leave_others()
    server.use()


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes a shell complete dm's commands, options and tables.

    \b
    Examples:
      eval "$(dm completion bash)"     in ~/.bashrc
      eval "$(dm completion zsh)"      in ~/.zshrc
      dm completion fish > ~/.config/fish/completions/dm.fish
    """
    shell_complete(ctx.find_root().command, {}, "dm", "_DM_COMPLETE", f"{shell}_source")
