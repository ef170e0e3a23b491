"""UpdateTable refuses a VersionId that is not the table's any more: Iceberg relies on that."""

from threading import Lock

import pytest
from moto.glue.exceptions import GlueClientError
from moto.glue.responses import GlueResponse


class ConcurrentModification(GlueClientError):
    def __init__(self) -> None:
        super().__init__(
            "ConcurrentModificationException",
            "Update table failed due to concurrent modifications.",
        )


def close(patch: pytest.MonkeyPatch) -> None:
    update_table, one_at_a_time = GlueResponse.update_table, Lock()

    def checked(response: GlueResponse) -> object:
        with one_at_a_time:
            asked = response.parameters.get("VersionId")
            database = response.parameters.get("DatabaseName")
            table = response.glue_backend.get_table(
                database, response.parameters["TableInput"]["Name"]
            )
            if asked is not None and str(asked) != str(table.as_dict()["VersionId"]):
                raise ConcurrentModification
            return update_table(response)

    patch.setattr(GlueResponse, "update_table", checked)
