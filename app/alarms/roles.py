"""What roles are called, and what they may do."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from twin_model.alarms.accounts import Role


def role_name(role: Role) -> str:
    """Return what a role is called."""
    return {
        Role.OBSERVER: QCoreApplication.translate("People", "Observer"),
        Role.OPERATOR: QCoreApplication.translate("People", "Operator"),
        Role.ENGINEER: QCoreApplication.translate("People", "Engineer"),
        Role.ADMINISTRATOR: QCoreApplication.translate("People", "Administrator"),
    }[role]


def role_words(role: Role) -> str:
    """Return what a role may do."""
    return {
        Role.OBSERVER: QCoreApplication.translate("People", "Looks."),
        Role.OPERATOR: QCoreApplication.translate(
            "People", "Acknowledges, resets, comments, shelves for up to 8 hours."
        ),
        Role.ENGINEER: QCoreApplication.translate(
            "People", "Also changes rules and connections, takes out of service, shelves for long."
        ),
        Role.ADMINISTRATOR: QCoreApplication.translate("People", "Also makes accounts."),
    }[role]
