"""The style sheet, built from the tokens. Widgets choose a look by their `role` property."""

from string import Template

from gui.theme.tokens import BODY, HANGUL, LABEL, LOGO, MONO, NAME, RADIUS, RADIUS_SMALL, SANS, SMALL, Colors

SHEET = Template("""
* { font-family: $sans; font-size: ${body}px; color: $text; }
QWidget { background: transparent; }
QMainWindow, QDialog, QWidget[role="window"] { background: $window; }
QWidget[role="panel"], QDockWidget > QWidget { background: $panel; }
QWidget[role="card"] { background: $card; border: 1px solid $line_color; border-radius: ${radius}px; }
QWidget[role="top"] { background: $panel; border-bottom: 1px solid $line_color; }
QWidget[role="bar"] { background: $panel; }
QWidget[role="hairline"] { background: $line_color; }

QLabel { background: transparent; }
QLabel[role="section"] { color: $secondary; font-size: ${label}px; font-weight: 600; letter-spacing: ${track}px; }
QLabel[role="name"] { font-size: ${name}px; font-weight: 600; }
QLabel[role="number"] { font-family: $mono; font-size: ${name}px; font-weight: 500; }
QLabel[role="logo"] { font-size: ${logo}px; font-weight: 600; }
QLabel[role="caption"] { color: $secondary; font-size: ${small}px; }
QLabel[role="tiny"] { color: $secondary; font-size: ${label}px; }
QLabel[role="mono"] { font-family: $mono; font-size: ${small}px; }
QLabel[role="mono-quiet"] { font-family: $mono; font-size: ${small}px; color: $secondary; }
QLabel[role="healthy"] { font-size: ${small}px; color: $healthy; }
QLabel[role="alert"] { font-size: ${small}px; color: $alert; }
QLabel[role="empty"] { color: $secondary; }

QPushButton {
  background: $control; border: 1px solid transparent; border-radius: ${radius}px;
  padding: ${pad6}px ${pad12}px; font-weight: 500; outline: none; min-height: ${line}px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $line_color; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $secondary; background: $panel; border-color: $line_color; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:focus { border: 2px solid $text; padding: ${pad5}px ${pad11}px; }
QPushButton[role="icon"] { padding: ${pad6}px; }
QPushButton[role="icon"]:checked { border-color: $accent; color: $accent; }
QPushButton[role="quiet"] { background: transparent; padding: ${pad4}px; min-height: 0; }
QPushButton[role="quiet"]:disabled { border-color: transparent; }
QPushButton[role="quiet"]:hover { background: $control; }
QPushButton[role="quiet"]:checked { background: $control; color: $accent; }
QPushButton[role="segment"] {
  background: transparent; color: $secondary; border-radius: ${radius6}px; padding: ${pad4}px ${pad12}px;
}
QPushButton[role="segment"]:hover { color: $text; }
QPushButton[role="segment"]:checked { background: $accent; color: $on_accent; font-weight: 600; }
QPushButton[role="segment"]:focus { border-color: $text; }
QPushButton[role="tab"] {
  background: transparent; color: $secondary; font-size: ${label}px; font-weight: 600; letter-spacing: ${track}px;
  padding: ${pad4}px ${pad2}px; border-radius: ${radius_small}px; min-height: 0;
}
QPushButton[role="tab"]:hover { color: $text; }
QPushButton[role="tab"]:checked { color: $accent; }
QPushButton::menu-indicator { width: 0; image: none; }
QFrame[role="segments"] { background: $control; border-radius: ${radius}px; }

QLineEdit, QComboBox {
  background: $control; border: 1px solid transparent; border-radius: ${radius_small}px;
  padding: ${pad4}px ${pad8}px; selection-background-color: $accent; selection-color: $on_accent;
  min-height: ${line}px;
}
QLineEdit:focus, QComboBox:focus { border-color: $accent; }
QRadioButton { spacing: ${pad6}px; }
QRadioButton::indicator {
  width: ${pad11}px; height: ${pad11}px; border: 1px solid $secondary; border-radius: ${pad6}px;
  background: transparent;
}
QRadioButton::indicator:checked { background: $accent; border-color: $accent; }
QRadioButton:focus { color: $accent; }
QLineEdit[role="number"] { font-family: $mono; }
QComboBox::drop-down { border: none; width: ${pad16}px; }
QComboBox QAbstractItemView { background: $card; border: 1px solid $line_color; outline: none; }
QCheckBox { spacing: ${pad8}px; outline: none; }
QCheckBox::indicator {
  width: ${pad14}px; height: ${pad14}px; border-radius: ${radius_small}px;
  border: 1px solid $secondary; background: $control;
}
QCheckBox::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox:focus { color: $accent; }

QSlider::groove:horizontal { height: ${pad4}px; border-radius: ${pad2}px; background: $control; }
QSlider::sub-page:horizontal { height: ${pad4}px; border-radius: ${pad2}px; background: $accent; }
QSlider::handle:horizontal {
  width: ${pad14}px; height: ${pad14}px; margin: -${pad5}px 0; border-radius: ${pad7}px; background: $text;
}
QSlider:focus::handle:horizontal { background: $accent; }

QProgressBar { background: $control; border: none; border-radius: ${pad2}px; max-height: ${pad4}px; }
QProgressBar::chunk { background: $accent; border-radius: ${pad2}px; }

QMenu { background: $card; border: 1px solid $line_color; border-radius: ${radius}px; padding: ${pad4}px; }
QMenu::item { padding: ${pad6}px ${pad24}px ${pad6}px ${pad12}px; border-radius: ${radius_small}px; }
QMenu::item:selected { background: $control; }
QMenu::item:checked { color: $accent; }
QMenu::item:disabled { color: $secondary; }
QMenu::separator { height: 1px; background: $line_color; margin: ${pad4}px ${pad8}px; }
QMenu::indicator { width: 0; }
QToolTip {
  background: $card; color: $text; border: 1px solid $line_color; padding: ${pad6}px ${pad8}px; font-size: ${small}px;
}

QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { background: transparent; width: ${pad10}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ${pad10}px; margin: 0; }
QScrollBar::handle { background: $hover; border-radius: ${pad3}px; margin: ${pad2}px; }
QScrollBar::handle:vertical { min-height: ${pad24}px; }
QScrollBar::handle:horizontal { min-width: ${pad24}px; }
QScrollBar::handle:hover { background: $secondary; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMainWindow::separator { background: $line_color; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }
QDockWidget { background: $panel; }
QTextEdit, QPlainTextEdit {
  background: $card; border: 1px solid $line_color; border-radius: ${radius}px; padding: ${pad8}px;
  font-family: $mono; font-size: ${small}px; selection-background-color: $accent; selection-color: $on_accent;
}
QPlainTextEdit[role="editor"] { padding: 0; }
QPlainTextEdit:focus { border-color: $accent; }
QTableWidget {
  background: $card; border: 1px solid $line_color; border-radius: ${radius}px; outline: none;
  selection-background-color: $control; selection-color: $text;
}
QTableWidget:focus { border-color: $accent; }
QTableWidget::item { padding: 0 ${pad8}px; }
QHeaderView { background: transparent; }
QHeaderView::section {
  background: transparent; color: $secondary; border: none; padding: ${pad4}px ${pad8}px;
  font-size: ${label}px; font-weight: 600;
}
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $line_color; }
QListWidget { background: transparent; border: none; outline: none; }
QListWidget::item { padding: ${pad6}px ${pad8}px; border-radius: ${radius_small}px; }
QListWidget::item:selected { background: $control; color: $accent; }
""")


def style_sheet(colors: Colors, zoom: float) -> str:
    """The whole sheet for one theme at one zoom."""
    sizes = {"body": BODY, "small": SMALL, "label": LABEL, "name": NAME, "logo": LOGO}
    sizes |= {"radius": RADIUS, "radius6": 6, "radius_small": RADIUS_SMALL}
    sizes |= {f"pad{n}": n for n in (2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 14, 16, 24)}
    lengths = {name: max(1, round(size * zoom)) for name, size in sizes.items()}
    names = {"sans": f'"{SANS}", "{HANGUL}"', "mono": f'"{MONO}", "{HANGUL}"'}
    shades = {name: shade for name, shade in vars(colors).items() if name not in ("name", "line")}
    return SHEET.substitute(
        lengths | names | shades, name=lengths["name"], line_color=colors.line, track=f"{0.7 * zoom:.1f}",
        line=round(18 * zoom),
    )  # fmt: skip
