"""A group of commands that lists them in whole sentences, however narrow the terminal is."""

import click

_WHOLE = 1000


class Listing(click.Group):
    """Folds what its commands do, where click would cut it."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the list."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.get_short_help_str(_WHOLE)) for name, one in found if one]
            )
        formatter.write(f"\n`{ctx.command_path} COMMAND --help` tells more of each.\n")
