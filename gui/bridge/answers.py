"""The signals by which the compute thread answers the window."""

from PySide6.QtCore import QObject, Signal

from gui.bridge.store import Store


class Answers(QObject):
    """Emitted in the compute thread, received in the window's.

    A signal crosses threads only where it is connected to a bound slot of an object that lives in the other thread, so
    all of them are connected to slots of the store.
    """

    snapshot_made = Signal(object)  # Snapshot
    probe_made = Signal(object)  # ProbeView | None
    sample_given = Signal(object)  # Drawing
    attribution_made = Signal(object)  # AttributionView | None
    mine_changed = Signal(object)  # how many drawings of each digit, and of none
    experiment_loaded = Signal(object)  # Experiment
    gpu_found = Signal(object)  # GpuView
    terms_found = Signal(object)  # TermsView | ChangeView | None
    check_made = Signal(object)  # CheckView
    source_found = Signal(object)  # SourceView | None
    edit_made = Signal(object)  # EditView
    walk_made = Signal(object)  # WalkView | None
    progressed = Signal(object)  # Progress
    failed = Signal(object)  # str, a Wording where it is the lab's own
    faulted = Signal(object, str)
    told = Signal(object)

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.snapshot_made.connect(store.take_snapshot)
        self.probe_made.connect(store.take_probe)
        self.sample_given.connect(store.take_sample)
        self.attribution_made.connect(store.take_attribution)
        self.mine_changed.connect(store.take_mine)
        self.experiment_loaded.connect(store.take_experiment)
        self.gpu_found.connect(store.take_gpu)
        self.terms_found.connect(store.take_terms)
        self.check_made.connect(store.take_check)
        self.source_found.connect(store.take_source)
        self.edit_made.connect(store.take_edit)
        self.walk_made.connect(store.walking.take)
        self.progressed.connect(store.take_progress)
        self.failed.connect(store.take_failure)
        self.faulted.connect(store.take_fault)
        self.told.connect(store.take_news)
