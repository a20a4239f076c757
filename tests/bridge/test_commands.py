from collections import Counter

import pytest
from PySide6.QtCore import QObject

from gui.bridge.commands import BY_ID, COMMANDS, MENUS, call
from gui.bridge.store import Store
from gui.lab.experiment import Experiment


def test_ids_and_shortcuts_are_unique():
    assert max(Counter(command.id for command in COMMANDS).values()) == 1
    assert max(Counter(command.shortcut for command in COMMANDS).values()) == 1


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_a_command_says_what_it_does(command):
    assert command.menu in MENUS
    assert command.title and command.hint.startswith(command.tip) and command.shortcut in command.hint
    assert command.owner in ("store", "canvas", "files", "window")


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.owner == "store"], ids=lambda command: command.id)
def test_a_command_of_the_store_can_be_called(command):
    call(command, store=Store(Experiment()))()


def test_a_click_drops_the_checked_argument():
    store = Store(Experiment())
    call(BY_ID["gradients"], store=store)(True)
    assert store.mode == "gradients"


def test_owners_are_looked_up_when_the_call_is_made_ready():
    with pytest.raises(KeyError):
        call(BY_ID["undo"], store=QObject())
