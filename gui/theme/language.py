"""The language of the window: Korean where the system is Korean, else English."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from gui.theme.fonts import ASSETS

_installed: list[QTranslator] = []  # Qt does not keep them alive


def install_language(locale: QLocale | None = None) -> None:
    """Translate everything made from now on; once for an application."""
    app = QCoreApplication.instance()
    if app is None or _installed:
        return
    locale = locale or QLocale.system()
    folders = (
        ("nbgrad", str(ASSETS / "translations")),
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
    )
    for name, folder in folders:
        translator = QTranslator(app)
        if translator.load(locale, name, "_", folder):
            app.installTranslator(translator)
            _installed.append(translator)


def remove_language() -> None:
    """Back to English for everything made from now on."""
    for translator in _installed:
        QCoreApplication.removeTranslator(translator)
    _installed.clear()
