"""What the worker does with each request. Runs in the worker's thread alone.

Long work (start-up, data, the test set) is a job: between two of its pieces urgent requests are served, others wait.
"""

import random
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gui.bridge import requests
from gui.bridge.answers import Answers
from gui.bridge.bench import Bench, Sight
from gui.bridge.jobs import Job, compile_kernels, elsewhere
from gui.bridge.mailbox import Mailbox
from gui.bridge.own_drawings import SHARE, OwnDrawings
from gui.bridge.store import Progress
from gui.bridge.walks import Walks
from gui.lab import checkpoint, device, errors, networks, warmup
from gui.lab.attribution import attribute
from gui.lab.digits import load_digits
from gui.lab.drawing import Drawing
from gui.lab.experiment import Experiment
from gui.lab.faults import NotFinite
from gui.lab.photo import from_photo
from gui.lab.preprocess import Prepared, preprocess
from gui.lab.probe import batch_layers, probe
from gui.lab.rehearsal import rehearsal
from gui.lab.rescue import Rescue
from gui.lab.snapshot import LayerView, Stage
from gui.lab.threads import leave_one_core_free
from gui.lab.trainer import Trainer
from gui.lab.wording import Wording, translate

URGENT = requests.ShowDrawing.priority
COURTESY = 0.03  # seconds between two steps that are given to the window at most, to paint what it was sent
LOADING = translate("lab", "Preparing the digits")
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
        self._drawing = Drawing(0)
        self._off: frozenset[str] = frozenset()  # stages of preprocessing left out
        self._seen: tuple[Any, Prepared | None] = (None, None)  # the last drawing and what preprocessing made of it
        self._method = ""  # of attribution
        self._own = OwnDrawings(answers)
        self._rescue = Rescue()
        self._rehearsed = False  # whether the GPU's kernels for training are compiled
        self._target: int | None = None
        self._of, self._source = "loss", "drawing"
        self._digit: int | None = None  # whose loss that was
        self._backward_ready = False
        self._early: list[requests.Request] = []
        self._chance = random.Random(experiment.seed)
        self._job: Job[None] | None = self._start_up()
        self._leisure = 0.0  # seconds the job can be left alone
        self._bench = Bench(answers, self._sight, self._begin, self._show_weights)
        self._walks = Walks(answers, self._sight, lambda: self._source, self._hold)
        self._handlers: dict[type, Callable[[Any], None]] = {
            **self._bench.handlers,
            **self._walks.handlers,
            requests.SetObjective: self._set_objective,
            requests.SetSource: self._set_source,
            requests.ShowDrawing: self._show_drawing,
            requests.SetTarget: self._set_target,
            requests.GiveSample: self._give_sample,
            requests.SetStages: self._set_stages,
            requests.Attribute: self._attribute,
            requests.UsePicture: self._use_picture,
            requests.Teach: lambda request: self._own.teach(self._drawing, request.label),
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
        self._backward_ready = True
        self._be_ready()
        self._refresh_probe()
        yield 0.0
        self._answers.gpu_found.emit((yield from elsewhere(device.look, "", self._answers)))
        yield from self._get_data()

    def _get_data(self) -> Job[None]:
        """Load the run's data, where they are not loaded, and answer the samples asked for meanwhile."""
        trainer = self._run_now
        if not trainer.has_data:
            data = trainer.experiment.data
            trainer.take_data((yield from elsewhere(lambda: load_digits(data), LOADING, self._answers)))
        early, self._early = self._early, []
        for request in early:
            self._mailbox.put(request)

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
        self._refresh_probe()
        self._guard(self._own.open)

    def _begin(self, job: Job[None]) -> None:
        self._job = job

    # ---- the drawing

    def _sight(self) -> Sight | None:
        """What questions are about; None until there is a model."""
        if self._trainer is None or not self._backward_ready:
            return None
        seen = self._seen[1]
        return Sight(self._trainer, None if seen is None else seen.network_input, self._digit, self._of)

    def _show_weights(self) -> None:
        """Everything that follows from the weights, after some were changed."""
        self._publish()
        if not self._running:
            self._refresh_probe()

    def _set_source(self, request: requests.SetSource) -> None:
        self._source = request.source
        self._refresh_probe()

    def _batch(self) -> tuple[LayerView, ...]:
        """The layers for the last training batch, where they are shown and there was one."""
        assert self._trainer is not None
        if self._source != "batch" or self._trainer.batch is None:
            return ()
        return batch_layers(self._trainer.model, *self._trainer.batch)

    def _set_objective(self, request: requests.SetObjective) -> None:
        self._of = request.of
        self._refresh_probe()

    def _show_drawing(self, request: requests.ShowDrawing) -> None:
        self._drawing = request.drawing
        self._refresh_probe()

    def _set_target(self, request: requests.SetTarget) -> None:
        self._target = request.digit
        self._refresh_probe()

    def _refresh_probe(self) -> None:
        if self._trainer is None:
            return  # shown by _be_ready
        prepared = self._prepared()
        if prepared is None:
            self._answers.probe_made.emit(None)
            self._answers.attribution_made.emit(None)
            self._bench.look()
            return
        view = probe(
            self._trainer.model,
            prepared.network_input,
            self._stages(prepared),
            drawing=self._drawing.number,
            step=self._trainer.steps,
            target=self._target,
            of=self._of,
            gradients=self._backward_ready,
            rule=self._trainer.rule,
            window=prepared.window,
        )
        self._digit = view.target
        view = replace(view, batch=self._batch())
        self._mailbox.say_window_busy(True)
        self._answers.probe_made.emit(view)
        if self._backward_ready and self._trainer.take_graph(prepared.network_input, view.target):
            self._publish()
        self._bench.look()
        if self._method:
            self._mailbox.put(requests.Attribute(self._method))  # after newer strokes, if there are any

    def _stages(self, prepared: Prepared) -> tuple[Stage, ...]:
        """Preprocessing, and what the network at hand makes of it."""
        last = networks.last_stage(self._run_now.model, prepared.stages[-1].picture)
        return prepared.stages if last is None else (*prepared.stages, last)

    def _prepared(self) -> Prepared | None:
        """What preprocessing makes of the drawing, worked out once."""
        key = (self._drawing.number, self._off)
        if self._seen[0] != key:
            self._seen = (key, preprocess(self._drawing, self._off))
        return self._seen[1]

    def _set_stages(self, request: requests.SetStages) -> None:
        self._off = request.off
        self._refresh_probe()

    def _attribute(self, request: requests.Attribute) -> None:
        self._method = request.method
        prepared = self._prepared()
        wanted = bool(self._method) and self._backward_ready
        if not wanted or prepared is None or self._trainer is None or self._digit is None:
            self._answers.attribution_made.emit(None)
            return
        view = attribute(
            self._method,
            self._trainer.model,
            prepared.network_input,
            self._digit,
            drawing=self._drawing.number,
            step=self._trainer.steps,
            window=prepared.window,
        )
        self._answers.attribution_made.emit(view)

    def _use_picture(self, request: requests.UsePicture) -> None:
        self._answers.sample_given.emit(from_photo(request.grey))

    def _give_sample(self, request: requests.GiveSample) -> None:
        """A picture of the test set; of this digit, where one is asked for."""
        if self._trainer is None or not self._trainer.has_data:
            self._early.append(request)
            return
        digits = self._trainer.digits
        wanted = digits.test_labels == request.digit if request.digit is not None else digits.test_labels >= 0
        index = self._chance.choice(np.flatnonzero(wanted))
        picture = digits.test_pictures[index] / np.float32(255)
        picture.flags.writeable = False
        self._answers.sample_given.emit(Drawing(0, picture=picture, label=int(digits.test_labels[index])))

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
            self._refresh_probe()

    def _run(self, _request: requests.Run | None = None) -> None:
        self._running, self._notice = True, ""
        self._publish()

    def _pause(self, _request: requests.Pause) -> None:
        self._running = False
        self._publish()
        self._refresh_probe()

    def _hold(self) -> None:
        """Stop training, where it goes on."""
        if self._running:
            self._running = False
            self._publish()
            self._refresh_probe()

    def _step_batch(self, _request: requests.StepBatch) -> None:
        self._running, self._notice = False, ""
        self._train()
        self._publish()
        self._refresh_probe()

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
        if request.keep is not None:
            self._keep(request.keep)
        other = {"model": request.model, "widths": (), "names": ()} if request.model else {}
        self._run_now.reset(self._run_now.experiment.changed(weights=request.weights, **other))
        self._rescue.keep(self._run_now)
        self._publish()
        self._refresh_probe()

    def _keep(self, path: Path) -> None:
        """Save what was trained, before something else takes its place."""
        try:
            if self._run_now.steps:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._save(requests.Save(path))
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
        self._refresh_probe()

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
        if not self._rehearsed:
            opened.configure(wanted.changed(device="cpu"))
        self._running, self._notice, self._trainer = False, "", opened
        self._answers.experiment_loaded.emit(opened.experiment)
        self._publish()
        self._refresh_probe()
        self._answers.told.emit(self._tell_opened(request.path))
        self._job = self._move_opened(wanted)

    def _move_opened(self, experiment: Experiment) -> Job[None]:
        """A run that was saved on the GPU goes back there."""
        if experiment.device != self._run_now.experiment.device:
            yield from self._change_device(experiment)
            self._answers.experiment_loaded.emit(self._run_now.experiment)
        self._rescue.keep(self._run_now)
        yield from self._get_data()
