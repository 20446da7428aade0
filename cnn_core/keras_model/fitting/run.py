"""A fit from its plan to its saved model: stages, epochs, checkpoints, the test at the end."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

from cnn_core.arrays import Labels
from cnn_core.errors import CnnError
from cnn_core.keras_model.fitting import checkpoints
from cnn_core.keras_model.fitting.checkpoints import Progress
from cnn_core.keras_model.fitting.gradients import GradientNorms
from cnn_core.keras_model.fitting.kept import At, Kept
from cnn_core.keras_model.fitting.looks import Outputs, judged, save_model, score_of, shot_of
from cnn_core.keras_model.fitting.models import Models
from cnn_core.keras_model.fitting.moved import shifted_accuracy
from cnn_core.keras_model.fitting.pictures import Inputs, of_features, of_pictures, predicted
from cnn_core.keras_model.fitting.watch import Obedience, StoppedError, Watch
from cnn_core.sentences import N_
from cnn_core.training.fitting import FitPlan, StagePlan
from cnn_core.training.orders import Orders
from cnn_core.training.records import Begun, EpochEnd, Preparation, Preparing, Record, Saved, Shifted, Snapshot, Stage
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.sets.parts import Parts, read_parts
from cnn_core.training.sets.split import Part
from cnn_core.training.snapshots import is_kept

_NO_MEMORY: Final = N_(
    "There is not enough memory for this training. Received: batch_size={batch_size}. Use smaller batches or "
    "pictures, or fewer filters."
)

Report = Callable[[Record], None]
Figures = dict[str, float]


def fit(plan: FitPlan, folder: RunFolder, report: Report, orders: Orders | None = None) -> None:
    """Train, from the folder's checkpoint on where there is one, and leave there what `RunFolder` lists.

    The history depends on the plan alone, also where it was interrupted in between: every epoch ends with a checkpoint.
    Where it is stopped, what was learned so far is saved and tested all the same; it is saved at once where batches are
    slow (`kept.py`). Keras's global seed is set.

    Args:
        plan: what is trained.
        folder: is there already.
        report: hears of everything in order.
        orders: are obeyed after each batch.

    Raises:
        CnnError: the pictures are not there, do not fit the network, or the loss is no number any more.
    """
    orders = orders or Orders()
    obedience = Obedience(orders, report)
    try:
        run = _Fit(plan, folder, report, obedience)
    except StoppedError:
        return
    try:
        with run.kept.saved_on_stop(orders):
            run.train()
    except StoppedError:
        if not run.has_learned:
            return
    except tf.errors.ResourceExhaustedError as error:
        raise CnnError(_NO_MEMORY, batch_size=plan.batch_size) from error
    run.finish()


class _Fit:
    def __init__(self, plan: FitPlan, folder: RunFolder, report: Report, obedience: Obedience) -> None:
        self._plan, self._folder, self._report, self._obedience = plan, folder, report, obedience
        self._progress = checkpoints.read_progress(folder.checkpoint) or Progress()
        self._parts = read_parts(plan.data, self._prepare(Preparation.READING))
        _refuse_other_classes(plan, self._parts)
        self._models = Models(plan)
        self.kept = Kept(self._models.whole, self._models.twin, self._save_kept)
        self._tested: tuple[keras.Model, Inputs] | None = None
        folder.snapshots.mkdir(exist_ok=True)

    @property
    def has_learned(self) -> bool:
        return self._progress.epoch > 0 or self._obedience.batch > 0

    def train(self) -> None:
        """Train whatever is left of the plan; raises StoppedError."""
        inputs: dict[Part, Inputs] = {}
        while self._progress.stage < len(self._plan.stages):
            stage = self._plan.stages[self._progress.stage]
            model = self._models.compiled(stage, self._batches)
            self._restore(model)
            inputs = self._inputs(stage)
            self._tested = model, inputs[Part.TEST]
            if not self._progress.is_over(stage.epochs, self._plan.early_stopping):
                self._train_stage(stage, model, inputs)
            self._progress = self._progress.next_stage()

    @property
    def _batches(self) -> int:
        return self._plan.batches(len(self._parts.train))

    def _restore(self, model: keras.Model) -> None:
        """Give the model what the checkpoint has; the optimizer of a stage that only begins starts anew."""
        if self._progress.epoch:
            optimizer = model.optimizer.variables if self._progress.epoch > self._progress.begun else ()
            checkpoints.restore(self._folder.checkpoint, self._models.state(), optimizer)

    def _inputs(self, stage: StagePlan) -> dict[Part, Inputs]:
        if stage.stage is Stage.HEAD and self._plan.keeps_features:
            done = self._prepare(Preparation.FEATURES)
            return of_features(self._plan, self._parts, self._models.base(), done)
        return of_pictures(self._parts)

    def _prepare(self, step: Preparation) -> Callable[[int, int], None]:
        def done(pictures: int, of: int) -> None:
            self._report(Preparing(step, pictures, of))
            self._obedience.obey()

        return done

    def _train_stage(self, stage: StagePlan, model: keras.Model, inputs: dict[Part, Inputs]) -> None:
        train, validation, progress = inputs[Part.TRAIN], inputs[Part.VALIDATION], self._progress
        norms = GradientNorms(model, train.values, train.labels)
        self._report(self._begun(stage, {} if progress.epoch else norms.now()))
        if not progress.epoch:
            self._shoot(self._answers(model, validation))

        def ended(figures: Figures, seconds: Callable[[], float]) -> bool:
            outputs = self._answers(model, validation)
            loss, accuracy = judged(outputs, validation.labels, self._plan.head.loss)
            tried = {"val_loss": loss, "val_accuracy": accuracy, "seconds": seconds()}
            rate = float(model.optimizer.learning_rate)
            epoch = EpochEnd(
                self._progress.epoch + 1,
                **figures,
                **tried,
                learning_rate=rate,
                stage=stage.stage,
                gradients=norms.now(),
            )
            return self._keep(epoch, stage, model, outputs)

        model.fit(
            train.batches(self._plan.batch_size, self._plan.seed, progress.epoch - progress.begun),
            initial_epoch=progress.epoch,
            epochs=progress.begun + stage.epochs,
            class_weight=class_weights(train.labels) if self._plan.class_weights else None,
            callbacks=[Watch(self._obedience, self._report, self.kept, ended)],
            shuffle=False,  # the batches are shuffled already
            verbose=0,
        )

    def _begun(self, stage: StagePlan, gradients: Figures) -> Begun:
        whole = self._models.whole
        trained = sum(int(np.prod(weight.shape)) for weight in whole.trainable_weights)
        pictures = {part.value: len(self._parts.part(part)) for part in Part}
        parameters = (trained, whole.count_params() - trained)
        return Begun(
            stage.stage, self._progress.epoch, *parameters, self._batches, pictures, self._parts.classes, gradients
        )

    def _answers(self, model: keras.Model, inputs: Inputs) -> Outputs:
        return predicted(model, inputs.values, self._plan.batch_size, lambda _done: self._obedience.obey())

    def _keep(self, epoch: EpochEnd, stage: StagePlan, model: keras.Model, outputs: Outputs) -> bool:
        """Report an epoch and keep all that the next one needs; return whether it was the stage's last."""
        self._report(epoch)
        self._progress = self._progress.after(epoch)
        is_over = self._progress.is_over(stage.epochs, self._plan.early_stopping)
        if self._progress.best_epoch == epoch.epoch:
            checkpoints.save(self._folder.best, self._progress, self._models.state())
        if is_over or is_kept(epoch.epoch, self._plan.all_epochs):
            self._shoot(outputs)
        checkpoints.save(self._folder.checkpoint, self._progress, self._models.state(), model.optimizer.variables)
        return is_over

    def _shoot(self, outputs: Outputs) -> None:
        file = f"{self._progress.epoch}.npz"
        shot = shot_of(self._plan, self._models.whole, self._parts.validation, outputs)
        shot.write(self._folder.snapshots / file)
        self._report(Snapshot(self._progress.epoch, file))

    @property
    def _keeps_best(self) -> bool:
        """Whether there are weights that are better than the last."""
        return self._plan.keep_best and self._progress.best_epoch > 0

    def _save_kept(self, twin: keras.Model, at: At) -> None:
        self._save(twin, self._models.state_of(twin), at)

    def _save(self, model: keras.Model, state: Sequence[Any], at: At) -> None:
        """Save a model with the weights that it has, those of `at`, or with the best ones where these are kept."""
        if self._keeps_best:
            at = At(self._progress.best_epoch, 0)
            checkpoints.restore(self._folder.best, state)
        save_model(model, self._folder.model, self._plan, self._progress)
        self._report(Saved(self._folder.model.name, at.epoch, at.batch))

    def finish(self) -> None:
        """Save the weights that are kept, and test them; what is told meanwhile comes too late."""
        if not self.kept.take_back():
            batch = self._obedience.batch if self._obedience.epoch > self._progress.epoch else 0
            self._save(self._models.whole, self._models.state(), At(self._progress.epoch, batch))
        epoch = self._progress.best_epoch if self._keeps_best else self._progress.epoch
        if self._tested is not None and len(self._parts.test):
            model, test = self._tested
            outputs = predicted(model, test.values, self._plan.batch_size, lambda _done: None)
            self._report(score_of(outputs, test.labels, self._plan.head.loss, epoch))
            self._test_moved()

    def _test_moved(self) -> None:
        """Test on moved pictures where the plan asks for it; whole pictures, though a head may see features."""
        plan, test = self._plan, self._parts.test
        if plan.shifts:
            asked = (self._models.whole, test, plan.head.loss, plan.batch_size)
            self._report(Shifted(len(test), {shift: shifted_accuracy(*asked, shift) for shift in plan.shifts}))


def class_weights(labels: Labels) -> dict[int, float]:
    """Return by how much each class's pictures count in the loss: N / (classes · pictures of the class).

    So every class counts as much as any other, and all pictures together as much as without weights.

    >>> class_weights(np.array([0, 0, 0, 1], np.int32))
    {0: 0.6666666666666666, 1: 2.0}
    """
    counts = np.bincount(labels)
    return {label: len(labels) / (len(counts) * count) for label, count in enumerate(counts.tolist())}


def _refuse_other_classes(plan: FitPlan, parts: Parts) -> None:
    """Raise CnnError where the network answers for more classes than there are, or for fewer."""
    if plan.head.classes != len(parts.classes):
        raise CnnError(
            N_("The network answers for {answers} classes, and the pictures have {classes}. Change its last layer."),
            answers=plan.head.classes,
            classes=len(parts.classes),
        )
