"""The command `dm completion`: what makes a shell complete dm's commands."""

import click
from click.shell_completion import shell_complete


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
