// @ts-check
// What a layer makes of the shapes that it gets, by the core's arithmetic, for the kinds that most networks are made of:
// so an edit shows its numbers before the server has answered. Of other kinds it knows nothing, and returns nothing.

/**
 * @typedef {number[]} Shape
 * @typedef {Record<string, any>} Settings  as the core writes them in JSON
 * @typedef {{first: number, last: number, advance: number}} Line  along an axis output i sees the pixels first + i · advance
 *   to last + i · advance
 * @typedef {[Line, Line]} Field  vertical and horizontal
 * @typedef {{field: Field, size: number[]}} Seen  with the height and width of the map
 * @typedef {{first: number, last: number, stride: number}} Rule  output i takes the inputs first + i · stride to last + i · stride
 * @typedef {[Rule, Rule] | "all" | "unmoved" | null} Rules  null where lines of one span cannot say it
 * @typedef {{shape: Shape, parameters: number, untrained: number, multiplyAdds: number}} Figures  `untrained`: the
 *   parameters that no training changes, in a layer that is not frozen
 * @typedef {Figures & {rules: Rules}} Known
 */

/** @param {number[]} numbers */
export const product = (numbers) => numbers.reduce((all, one) => all * one, 1);

/** @param {Shape} shape */
const isMap = (shape) => shape.length === 3;

/** @typedef {{kernel: number, stride: number, dilation: number, padding: string | number[]}} Along */

/** @param {Settings} settings  @param {number[]} kernel  @returns {Along[]} */
const windows = ({ strides, dilation_rate = [1, 1], padding }, kernel) =>
  kernel.map((size, axis) => ({
    kernel: size,
    stride: (strides ?? kernel)[axis],
    dilation: dilation_rate[axis],
    padding: typeof padding === "string" ? padding : padding[axis],
  }));

/** @param {Along} along */
const span = ({ kernel, dilation }) => dilation * (kernel - 1) + 1;

/** How much is added before and after along an axis; of an odd amount `same` puts the larger part after.
 * @param {number} length  @param {Along} along  @returns {number[]} */
const amounts = (length, along) => {
  if (typeof along.padding !== "string") return along.padding;
  if (along.padding === "valid") return [0, 0];
  const total = Math.max((Math.ceil(length / along.stride) - 1) * along.stride + span(along) - length, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
};

/** Return how many windows fit, and which inputs they take; nothing where none fits.
 * @param {Shape} shape  @param {Along[]} along
 * @returns {{size: number[], rules: [Rule, Rule]} | undefined} */
const slide = (shape, along) => {
  if (!isMap(shape)) return undefined;
  const size = along.map((one, axis) => {
    const [before, after] = amounts(shape[axis], one);
    return Math.floor((shape[axis] + before + after - span(one)) / one.stride) + 1;
  });
  const [vertical, horizontal] = along.map((one, axis) => {
    const [before] = amounts(shape[axis], one);
    return { first: -before, last: span(one) - 1 - before, stride: one.stride };
  });
  return Math.min(...size) < 1 ? undefined : { size, rules: [vertical, horizontal] };
};

/** @param {Settings} settings */
const isTorn = ({ strides, dilation_rate }) => Math.max(...strides) > 1 && Math.max(...dilation_rate) > 1;

/** @param {Settings} settings  @param {number} count */
const bias = ({ use_bias }, count) => (use_bias ? count : 0);

/** @param {Shape} shape  @param {Rules} [rules]  @returns {Known} */
const free = (shape, rules = "unmoved") => ({ shape, parameters: 0, untrained: 0, multiplyAdds: 0, rules });

/** @typedef {(settings: Settings, shape: Shape, ...others: Shape[]) => Known | undefined} Of */

/** @type {Of} */
const convolution = (settings, shape) => {
  const { kernel_size, filters, groups } = settings;
  const found = slide(shape, windows(settings, kernel_size));
  if (!found || shape[2] % groups || filters % groups || isTorn(settings)) return undefined;
  const each = product(kernel_size) * (shape[2] / groups);
  return {
    shape: [...found.size, filters],
    parameters: each * filters + bias(settings, filters),
    untrained: 0,
    multiplyAdds: each * product(found.size) * filters,
    rules: found.rules,
  };
};

/** @type {Of} */
const depthwise = (settings, shape) => {
  const { kernel_size, depth_multiplier, strides } = settings;
  const found = slide(shape, windows(settings, kernel_size));
  if (!found || strides[0] !== strides[1]) return undefined;
  const channels = shape[2] * depth_multiplier;
  return {
    shape: [...found.size, channels],
    parameters: product(kernel_size) * channels + bias(settings, channels),
    untrained: 0,
    multiplyAdds: product(kernel_size) * product(found.size) * channels,
    rules: found.rules,
  };
};

/** @type {Of} */
const separable = (settings, shape) => {
  const { filters } = settings;
  const between = depthwise({ ...settings, use_bias: false }, shape);
  if (!between) return undefined;
  return {
    shape: [between.shape[0], between.shape[1], filters],
    parameters: between.parameters + between.shape[2] * filters + bias(settings, filters),
    untrained: 0,
    multiplyAdds: between.multiplyAdds + product(between.shape) * filters,
    rules: between.rules,
  };
};

/** @type {Of} */
const transposed = (settings, shape) => {
  const { kernel_size, filters, output_padding } = settings;
  if (!isMap(shape) || output_padding || isTorn(settings)) return undefined;
  const size = windows(settings, kernel_size).map(
    (one, axis) => shape[axis] * one.stride + (one.padding === "same" ? 0 : Math.max(span(one) - one.stride, 0)),
  );
  const each = product(kernel_size) * filters;
  return {
    shape: [...size, filters],
    parameters: each * shape[2] + bias(settings, filters),
    untrained: 0,
    multiplyAdds: each * product(shape),
    rules: null,
  };
};

/** @type {Of} */
const pooling = (settings, shape) => {
  const found = slide(shape, windows(settings, settings.pool_size));
  return found && free([...found.size, shape[2]], found.rules);
};

/** @type {Of} */
const globalPooling = ({ keepdims }, shape) =>
  isMap(shape) ? free(keepdims ? [1, 1, shape[2]] : [shape[2]], "all") : undefined;

/** @type {Of} */
const dense = (settings, shape) => {
  const { units } = settings;
  const channels = shape[shape.length - 1];
  return {
    shape: [...shape.slice(0, -1), units],
    parameters: channels * units + bias(settings, units),
    untrained: 0,
    multiplyAdds: product(shape) * units,
    rules: isMap(shape) ? "unmoved" : "all",
  };
};

/** @type {Of} */
const batchNormalization = ({ center, scale }, shape) => ({
  ...free(shape),
  parameters: (2 + Number(center) + Number(scale)) * shape[shape.length - 1],
  untrained: 2 * shape[shape.length - 1],
});

/** A layer that adds rows and columns to a map, or takes them away where `sign` is −1.
 * @param {string} name  @param {number} sign  @returns {Of} */
const edged = (name, sign) => (settings, shape) => {
  if (!isMap(shape)) return undefined;
  const size = [0, 1].map((axis) => shape[axis] + sign * (settings[name][axis][0] + settings[name][axis][1]));
  const [top, left] = [0, 1].map((axis) => -sign * settings[name][axis][0]);
  if (Math.min(...size) < 1) return undefined;
  return free([...size, shape[2]], [
    { first: top, last: top, stride: 1 },
    { first: left, last: left, stride: 1 },
  ]);
};

/** @type {Of} */
const merged = (_settings, ...shapes) => {
  if (shapes.length < 2) return undefined;
  const [first] = shapes;
  if (shapes.some((shape) => shape.length !== first.length)) return undefined;
  const sizes = first.map((_, axis) => new Set(shapes.map((shape) => shape[axis]).filter((size) => size > 1)));
  return sizes.some((axis) => axis.size > 1) ? undefined : free(sizes.map((axis) => [...axis][0] ?? 1));
};

/** @type {Of} */
const concatenated = (_settings, ...shapes) => {
  if (shapes.length < 2 || new Set(shapes.map((shape) => String(shape.slice(0, -1)) + shape.length)).size > 1) return undefined;
  const channels = shapes.reduce((all, shape) => all + shape[shape.length - 1], 0);
  return free([...shapes[0].slice(0, -1), channels]);
};

/** @type {Of} */
const kept = (_settings, shape) => free(shape);

/** @type {Record<string, Of>} */
const KINDS = {
  Conv2D: convolution,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Conv2DTranspose: transposed,
  MaxPooling2D: pooling,
  AveragePooling2D: pooling,
  GlobalMaxPooling2D: globalPooling,
  GlobalAveragePooling2D: globalPooling,
  UpSampling2D: ({ size }, shape) =>
    isMap(shape) ? free([shape[0] * size[0], shape[1] * size[1], shape[2]], null) : undefined,
  ZeroPadding2D: edged("padding", 1),
  Cropping2D: edged("cropping", -1),
  Flatten: (_settings, shape) => free([product(shape)]),
  Dense: dense,
  BatchNormalization: batchNormalization,
  Activation: ({ activation }, shape) => free(shape, activation === "softmax" && !isMap(shape) ? "all" : "unmoved"),
  Rescaling: kept,
  Dropout: kept,
  AlphaDropout: kept,
  GaussianDropout: kept,
  GaussianNoise: kept,
  Add: merged,
  Average: merged,
  Maximum: merged,
  Minimum: merged,
  Multiply: merged,
  Concatenate: concatenated,
};

/**
 * Return a layer's figures for the shapes of its inputs; nothing where it does not fit, or its kind is not known here.
 * @param {string} kind  @param {Settings} settings  @param {Shape[]} inputs
 * @returns {Known | undefined}
 */
export const figuresOf = (kind, settings, inputs) => {
  if (kind === "Input") return inputs.length ? undefined : free(settings.shape);
  const known = inputs.length && (inputs.length === 1 || KINDS[kind] === merged || KINDS[kind] === concatenated);
  const found = known ? KINDS[kind]?.(settings, inputs[0], ...inputs.slice(1)) : undefined;
  return found && [product(found.shape) * 4, found.parameters, found.multiplyAdds].every(Number.isSafeInteger) ? found : undefined;
};

// Receptive fields --------------------------------------------------------------------------------------------------------

/** What an input that is a picture sees of itself.
 * @param {Shape} shape  @returns {Seen} */
export const seenByInput = (shape) => ({
  field: [
    { first: 0, last: 0, advance: 1 },
    { first: 0, last: 0, advance: 1 },
  ],
  size: shape.slice(0, 2),
});

/** Every output sees all that the first `length` see.
 * @param {Line} line  @param {number} length  @returns {Line} */
const whole = ({ first, last, advance }, length) => ({ first, last: last + (length - 1) * advance, advance: 0 });

/** Return the line that encloses all of a merge's inputs.
 * @param {Line[]} lines  @param {number[]} lengths  @returns {Line} */
const union = (lines, lengths) => {
  const longest = Math.max(...lengths);
  const parts = lines.map((line, i) => (lengths[i] === 1 && longest > 1 ? whole(line, 1) : line));
  const isOne = parts.every((line) => line.advance === parts[0].advance);
  const hulled = isOne ? parts : parts.map((line) => whole(line, longest));
  const first = Math.min(...hulled.map((line) => line.first));
  const last = Math.max(...hulled.map((line) => line.last));
  return { first, last, advance: hulled[0].advance };
};

/**
 * Return what a layer's outputs see, by what it takes and what its inputs see.
 * @param {Rules | undefined} rules  @param {Seen[]} inputs  @param {Shape} output
 * @returns {Seen | undefined}
 */
export const seenThrough = (rules, inputs, output) => {
  if (!rules) return undefined;
  const before = inputs.length === 1 ? inputs[0] : together(inputs);
  if (rules === "unmoved") return before;
  const field = alongBoth((axis) => {
    const line = before.field[axis];
    if (rules === "all") return whole(line, before.size[axis]);
    const { first, last, stride } = rules[axis];
    return { first: line.first + first * line.advance, last: line.last + last * line.advance, advance: stride * line.advance };
  });
  return { field, size: isMap(output) ? output.slice(0, 2) : before.size };
};

/** @param {Seen[]} inputs  @returns {Seen} */
const together = (inputs) => {
  const sizes = [0, 1].map((axis) => inputs.map(({ size }) => size[axis]));
  const field = alongBoth((axis) => union(inputs.map((seen) => seen.field[axis]), sizes[axis]));
  return { field, size: sizes.map((lengths) => Math.max(...lengths)) };
};

/** @param {(axis: number) => Line} work  @returns {Field} */
const alongBoth = (work) => [work(0), work(1)];

/** Write how many pixels a field spans, vertical × horizontal.
 * @param {Seen} seen */
export const fieldText = ({ field }) => field.map(({ first, last }) => last - first + 1).join("×");
