"""What variables a server has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from asyncua import Client, ua

from plugins.builtin.connecting.connections import Connection

_DEPTH: Final = 8
_MAX_NODES: Final = 50_000


@dataclass(frozen=True)
class Variable:
    """A variable of a server.

    Parameters
    ----------
    node_id : str
        Such as ``ns=2;s=P-01.flow``.
    path : str
        Browse names from the root, such as ``Plant/P-01/flow``.
    """

    node_id: str
    path: str


async def browse(client: Client, connection: Connection) -> tuple[list[Variable], str]:
    """Return the variables below the root, and what kept the list from being whole.

    The server's own folder (diagnostics, thousands of nodes) is left out.
    """
    root = str(connection.option("root", ""))
    depth = int(connection.option("depth", _DEPTH))
    most = int(connection.option("max_nodes", _MAX_NODES))
    first = client.get_node(root) if root else client.nodes.objects
    server = client.nodes.server.nodeid
    found: list[Variable] = []
    seen = {first.nodeid}
    level: list[tuple[Any, str]] = [(first, "")]
    problem = f"deeper than {depth} levels are not looked at"
    for _ in range(depth):
        following: list[tuple[Any, str]] = []
        for node, path in level:
            for one in await node.get_references(
                refs=ua.ObjectIds.HierarchicalReferences, direction=ua.BrowseDirection.Forward
            ):
                node_id = one.NodeId
                if node_id in seen or node_id == server:
                    continue
                if len(seen) >= most:
                    return found, f"only the first {most} nodes are looked at"
                seen.add(node_id)
                inner = f"{path}/{one.BrowseName.Name}" if path else str(one.BrowseName.Name)
                if one.NodeClass == ua.NodeClass.Variable:
                    found.append(Variable(node_id.to_string(), inner))
                if one.NodeClass in {ua.NodeClass.Object, ua.NodeClass.Variable}:
                    following.append((client.get_node(node_id), inner))
        if not following:
            return found, ""
        level = following
    return found, problem
