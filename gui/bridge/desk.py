"""What the worker does with each request. Runs in the worker's thread alone.

Long work (start-up, data, the test set) is a job: between two of its pieces urgent requests are served, others wait.
"""

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gui.bridge import requests
from gui.bridge.answers import Answers
from gui.bridge.bench import Bench
from gui.bridge.jobs import Job, compile_kernels, elsewhere
from gui.bridge.mailbox import Mailbox
from gui.bridge.own_drawings import SHARE, OwnDrawings
from gui.bridge.pad import Pad
from gui.bridge.store import Progress
from gui.bridge.walks import Walks
from gui.lab import checkpoint, device, errors, networks, warmup
from gui.lab.digits import load_digits
from gui.lab.experiment import Experiment
from gui.lab.faults import NotFinite
from gui.lab.home import earlier_run
from gui.lab.rehearsal import rehearsal
from gui.lab.rescue import Rescue
from gui.lab.threads import leave_one_core_free
from gui.lab.trainer import Trainer
from gui.lab.wording import Wording, translate

URGENT = requests.ShowDrawing.priority
COURTESY = 0.03  # seconds between two steps that are given to the window at most, to paint what it was sent
LOADING = translate("lab", "Preparing the digits")
KEPT = translate("lab", "The run so far is kept: «Bring back the earlier run» in the File menu opens it.")
REHEARSING = translate("lab", "Compiling the kernels for the GPU")


class Desk:
    """The model, the drawing in front of it, and the work at hand."""

    def __init__(self, answers: Answers, mailbox: Mailbox, experiment: Experiment) -> None:
        self._answers = answers
        self._mailbox = mailbox
        self._experiment = experiment
        self._trainer: Trainer | None = None
        self._running = False
        self._notice = ""
        self._trained_at = 0.0  # when the last step ended
        self._own = OwnDrawings(answers)
        self._rescue = Rescue()
        self._rehearsed = False  # whether the GPU's kernels for training are compiled
        self._job: Job[None] | None = self._start_up()
        self._leisure = 0.0  # seconds the job can be left alone
        self._pad = Pad(answers, mailbox, lambda: self._trainer, self._on_shown, experiment.seed)
        self._bench = Bench(answers, self._pad.sight, self._begin, self._show_weights)
        self._walks = Walks(answers, self._pad.sight, lambda: self._pad.source, self._hold)
        self._handlers: dict[type, Callable[[Any], None]] = {
            **self._pad.handlers,
            **self._bench.handlers,
            **self._walks.handlers,
            requests.Teach: lambda request: self._own.teach(self._pad.drawing, request.label),
            requests.TakeBack: lambda _request: self._own.take_back(),
            requests.ImportDrawings: lambda request: self._own.import_from(request.path),
            requests.ExportDrawings: lambda request: self._own.export_to(request.path),
            requests.TrainMine: self._train_mine,
            requests.Publish: self._publish,
            requests.Run: self._run,
            requests.Pause: self._pause,
            requests.StepBatch: self._step_batch,
            requests.Reset: self._reset,
            requests.Configure: self._configure,
            requests.Test: self._test,
            requests.Save: self._save,
            requests.Open: self._open,
        }

    def work(self) -> None:
        """Serve requests until the letter box closes; between them go on with the job, then with training."""
        leave_one_core_free()
        try:
            while not self._mailbox.closed:
                request = self._next_request()
                if request is not None:
                    self._guard(lambda request=request: self._serve(request))
                elif self._job is not None:
                    self._guard(self._go_on)
                elif self._running:
                    self._guard(self._train)
        finally:
            if self._job is not None:
                self._job.close()
            if self._trainer is not None:
                self._keep(earlier_run())

    def _serve(self, request: requests.Request) -> None:
        self._walks.before(request)
        self._handlers[type(request)](request)

    def _next_request(self) -> requests.Request | None:
        if self._job is not None:
            return self._mailbox.take(wait=self._leisure, least_urgent=URGENT)
        if self._running:
            left = self._trained_at + COURTESY - time.perf_counter()
            return self._mailbox.take(wait=max(left, 0.0), while_window_busy=True)
        return self._mailbox.take(wait=None)

    # ---- faults

    def _guard(self, action: Callable[[], None]) -> None:
        """Do it; whatever goes wrong pauses the run and is said once, weights kept."""
        try:
            action()
        except Exception as error:
            self._running = False
            if sentence := self._saved_from_gpu(error) or errors.explain(error):
                self._answers.failed.emit(sentence)
            else:
                sentence = translate("lab", "Something went wrong inside nbgrad ({0}: {1}). The run is paused.")
                sentence = sentence.format(type(error).__name__, error)
                self._answers.faulted.emit(sentence, traceback.format_exc())
            self._publish_paused()

    def _saved_from_gpu(self, error: Exception) -> Wording | None:
        """Where the GPU failed, the run goes on on the CPU: a sentence about that. None where it did not fail."""
        said = device.fault(error)
        if said is None or self._trainer is None:
            return None
        try:
            self._trainer, sentence = self._rescue.bring_back(self._trainer, said)
        except Exception:  # there was nothing to save: the fault itself is said
            return None
        self._walks.drop()
        self._answers.experiment_loaded.emit(self._trainer.experiment)
        return sentence

    def _publish_paused(self) -> None:
        if self._trainer is None:
            return
        try:
            self._publish()
        except Exception:
            self._answers.faulted.emit(
                translate("lab", "The state of the run cannot be shown."), traceback.format_exc()
            )

    # ---- jobs

    def _go_on(self) -> None:
        assert self._job is not None
        try:
            self._leisure = next(self._job)
        except StopIteration:
            self._job = None
        except Exception:
            self._job = None
            raise

    def _start_up(self) -> Job[None]:
        """Compile what is missing, predict as soon as that much is compiled; train once data are there too."""
        names = warmup.missing()
        if names:
            yield from compile_kernels(names, self._answers, self._be_ready)
        self._pad.gradients = True
        self._be_ready()
        self._pad.refresh()
        yield 0.0
        self._answers.gpu_found.emit((yield from elsewhere(device.look, "", self._answers)))
        yield from self._get_data()

    def _get_data(self) -> Job[None]:
        """Load the run's data, where they are not loaded, and answer the samples asked for meanwhile."""
        trainer = self._run_now
        if not trainer.has_data:
            data = trainer.experiment.data
            trainer.take_data((yield from elsewhere(lambda: load_digits(data), LOADING, self._answers)))
        self._pad.give_early_samples()

    def _be_ready(self) -> None:
        """Make the model; answer what was asked for before there was one."""
        if self._trainer is not None:
            return
        try:
            self._trainer = Trainer(self._experiment)
        except (RuntimeError, ValueError) as error:
            said = translate("lab", "The trained weights cannot be read, so a fresh network was made: {0}").format(
                error
            )
            self._answers.failed.emit(said)
            self._trainer = Trainer(self._experiment.changed(weights="fresh"))
            self._answers.experiment_loaded.emit(self._trainer.experiment)
        self._publish()
        self._pad.refresh()
        self._guard(self._own.open)

    def _begin(self, job: Job[None]) -> None:
        self._job = job

    # ---- what is shown

    def _on_shown(self, new_graph: bool) -> None:
        if new_graph:
            self._publish()
        self._bench.look()

    def _show_weights(self) -> None:
        """Everything that follows from the weights, after some were changed."""
        self._publish()
        if not self._running:
            self._pad.refresh()

    # ---- the run

    @property
    def _run_now(self) -> Trainer:
        assert self._trainer is not None, "requests that train wait until there is a model"
        return self._trainer

    def _publish(self, _request: requests.Publish | None = None) -> None:
        snapshot = self._run_now.snapshot(running=self._running, notice=self._notice)
        self._mailbox.say_window_busy(True)
        self._answers.snapshot_made.emit(snapshot)
        if self._running:
            self._pad.refresh()

    def _run(self, _request: requests.Run | None = None) -> None:
        self._running, self._notice = True, ""
        self._publish()

    def _pause(self, _request: requests.Pause) -> None:
        self._running = False
        self._publish()
        self._pad.refresh()

    def _hold(self) -> None:
        """Stop training, where it goes on."""
        if self._running:
            self._running = False
            self._publish()
            self._pad.refresh()

    def _step_batch(self, _request: requests.StepBatch) -> None:
        self._running, self._notice = False, ""
        self._train()
        self._publish()
        self._pad.refresh()

    def _train(self) -> None:
        """One step; a number that is not finite pauses the run with a sentence beside it."""
        try:
            self._run_now.step()
        except NotFinite as fault:
            self._running, self._notice = False, fault.args[0]
            self._publish()
        self._rescue.keep(self._run_now)
        self._trained_at = time.perf_counter()

    def _reset(self, request: requests.Reset) -> None:
        self._running, self._notice = False, ""
        if self._keep(request.keep or earlier_run()):
            said = translate("lab", "Saved to {0}.").format(request.keep) if request.keep else KEPT
            self._answers.told.emit(said)
        other = {"model": request.model, "widths": (), "names": ()} if request.model else {}
        self._run_now.reset(self._run_now.experiment.changed(weights=request.weights, **other))
        self._rescue.keep(self._run_now)
        self._publish()
        self._pad.refresh()

    def _keep(self, path: Path) -> bool:
        """Save what was trained, if anything was, before something else takes its place."""
        try:
            if self._run_now.steps:
                path.parent.mkdir(parents=True, exist_ok=True)
                checkpoint.save(self._run_now, path)
            return self._run_now.steps > 0
        except Exception:
            self._answers.experiment_loaded.emit(self._run_now.experiment)  # the window shows what stays
            raise

    def _train_mine(self, request: requests.TrainMine) -> None:
        """One click: the learner's drawings join every batch, and training runs."""
        trainer = self._run_now
        trainer.mine = self._own.needed() if request.wanted else trainer.mine
        trainer.configure(trainer.experiment.changed(mine=SHARE if request.wanted else 0.0))
        self._answers.experiment_loaded.emit(trainer.experiment)
        self._run() if request.wanted else self._publish()

    def _configure(self, request: requests.Configure) -> None:
        trainer, experiment = self._run_now, request.experiment
        if experiment.data != trainer.experiment.data:
            self._job = self._change_data(experiment)
        elif experiment.device != trainer.experiment.device:
            self._job = self._change_device(experiment)
        else:
            trainer.configure(experiment)
            self._publish()

    def _change_device(self, experiment: Experiment) -> Job[None]:
        """Move the run; before the first time on the GPU its kernels compile, while strokes are served."""
        try:
            device.require(experiment.device)
            if experiment.device != "cpu" and not self._rehearsed:
                yield from elsewhere(rehearsal(self._run_now, experiment.device), REHEARSING, self._answers)
                self._rehearsed = True
            self._run_now.configure(experiment)
        except Exception:
            self._answers.experiment_loaded.emit(self._run_now.experiment)  # editors show what is in force
            raise
        self._rescue.keep(self._run_now)
        self._publish()
        self._pad.refresh()

    def _change_data(self, experiment: Experiment) -> Job[None]:
        try:
            digits = yield from elsewhere(lambda: load_digits(experiment.data), LOADING, self._answers)
        except Exception:
            self._answers.experiment_loaded.emit(self._run_now.experiment)  # editors show what is in force
            raise
        self._run_now.configure(experiment, digits)
        self._publish()

    def _test(self, _request: requests.Test) -> None:
        self._job = self._test_in_slices()

    def _test_in_slices(self) -> Job[None]:
        for done, total in self._run_now.testing():
            self._answers.progressed.emit(Progress(translate("lab", "Classifying the test set"), done, total))
            yield 0.0
        self._publish()

    # ---- files

    def _save(self, request: requests.Save) -> None:
        checkpoint.save(self._run_now, request.path)
        self._answers.told.emit(translate("lab", "Saved to {0}.").format(request.path))

    def _tell_opened(self, path: Path) -> Wording:
        """What was opened, and what of it is taken on trust: a file of weights names no classes."""
        run = self._run_now
        said, model = translate("lab", "Opened {0}: step {1}.").format(path, run.steps), run.experiment.model
        if run.instead:
            return translate("lab", "{0} {1}").format(said, run.instead)
        if run.experiment.weights != "opened" or model == "LeNet":
            return said
        classes = networks.classes_of(run.model)
        if classes != networks.DIGITS:
            about = translate("lab", "{0} {1} with {2} classes the file does not name: answers are class numbers.")
            return about.format(said, model, classes)
        about = translate("lab", "{0} {1}: its ten classes are taken for the digits 0 to 9, in order.")
        if model == "MLP":
            about = translate(
                "lab",
                "{0} {1}: a ReLU between its layers and classes 0 to 9 are taken for granted; the file names none.",
            )
        return about.format(said, model)

    def _open(self, request: requests.Open) -> None:
        """Go on with a saved run, or from given weights; endless, at its own learning rate: its plan is over."""
        opened = checkpoint.open_run(request.path, self._run_now.experiment)
        if opened.experiment.data == self._run_now.experiment.data and self._run_now.has_data:
            opened.take_data(self._run_now.digits)
        opened.configure(opened.experiment.changed(schedule="constant", epochs=0))
        wanted = opened.experiment
        self._keep(earlier_run())
        if not self._rehearsed:
            opened.configure(wanted.changed(device="cpu"))
        self._running, self._notice, self._trainer = False, "", opened
        self._answers.experiment_loaded.emit(opened.experiment)
        self._publish()
        self._pad.refresh()
        self._answers.told.emit(self._tell_opened(request.path))
        self._job = self._move_opened(wanted)

    def _move_opened(self, experiment: Experiment) -> Job[None]:
        """A run that was saved on the GPU goes back there."""
        if experiment.device != self._run_now.experiment.device:
            yield from self._change_device(experiment)
            self._answers.experiment_loaded.emit(self._run_now.experiment)
        self._rescue.keep(self._run_now)
        yield from self._get_data()
