// The card of a model from the Hugging Face Hub: from the configurations beside it, and what its graph shows.
import { z } from 'zod';
import { checkValue } from '../card.ts';
import { UserError } from '../errors.ts';
import { inputsOf } from '../onnx/reads.ts';
import { dataType, type ModelProto } from '../onnx/schema.ts';
import { type PlainCard, plainCardSchema } from './card.ts';
import type { InputDescription } from './description.ts';
import { known } from './input.ts';
import { describedByPreprocessor, readConfiguration } from './preprocessor.ts';
import { type Beside, CONFIG_FILE, PREPROCESSOR_FILE } from './said-beside.ts';

/** How timm prepares pictures for a network. Reference: `resolve_data_config` of timm. */
const timmSchema = z.object({
  input_size: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
  interpolation: z.string().default('bicubic'),
  mean: z.array(z.number()),
  std: z.array(z.number().positive()),
  crop_pct: z.number().positive().default(0.875),
  crop_mode: z.string().default('center'),
});

/** What transformers and timm have in a config.json. */
const configSchema = z.object({
  id2label: z.record(z.string(), z.string()).nullish(),
  /** Of timm. */
  label_names: z.array(z.string()).nullish(),
  problem_type: z.string().nullish(),
  architectures: z.array(z.string()).nullish(),
  /** Of timm: the network's name. */
  architecture: z.string().nullish(),
  pretrained_cfg: timmSchema.nullish(),
});

type Config = z.output<typeof configSchema>;

/**
 * The card that a model's configurations stand for.
 *
 * @throws UserError when a file is damaged, or nothing says what the model takes or what its classes are called.
 */
export function cardOfConfigurations(
  model: ModelProto,
  { config: configFile, preprocessor }: Beside<string | Uint8Array>,
): PlainCard {
  const config = configFile === undefined ? {} : readConfiguration(configSchema, CONFIG_FILE, configFile);
  const described = {
    ...(config.pretrained_cfg && describedByTimm(config.pretrained_cfg)),
    ...(preprocessor !== undefined && describedByPreprocessor(preprocessor)),
  };
  const { prepare, standardize } = described;
  const { type, layout, channels, height, width } = inputOf(model, described);
  if (type !== 'uint8' && standardize === undefined)
    throw new UserError(
      `nothing says how the bytes of a picture are scaled for it: there is no ${PREPROCESSOR_FILE} beside it. Write a card.json beside it that does`,
    );
  const each = type === 'uint8' ? undefined : standardize;
  const { filter, crop, shorter } = prepare?.rule === 'resize' ? prepare : plainResize;
  const colors = described.order === 'bgr' ? 'BGR' : 'RGB';
  return checkValue(
    plainCardSchema,
    {
      description: config.architectures?.[0] ?? config.architecture ?? '',
      labels: labelsOf(model, config),
      input: {
        size: [height, width],
        channels: channels === 1 ? 'gray' : colors,
        layout,
        type,
        ...(each && { mean: forChannels(each.mean, channels), std: forChannels(each.deviation, channels) }),
      },
      resize: {
        filter,
        crop,
        ...(shorter !== undefined && shorter >= Math.max(height, width) && { shorter }),
      },
      output: outputOf(model, config),
    },
    'of its configurations, ',
  );
}

const plainResize: { filter: 'bilinear'; crop: 'center'; shorter?: number | undefined } = {
  filter: 'bilinear',
  crop: 'center',
};

function describedByTimm({
  input_size: [, height, width],
  interpolation,
  mean,
  std,
  crop_pct,
  crop_mode,
}: z.output<typeof timmSchema>): InputDescription {
  const filter = interpolation === 'bilinear' ? 'bilinear' : 'bicubic';
  const shorter = Math.floor(Math.min(height, width) / crop_pct);
  return {
    ...{ height, width, standardize: { mean, deviation: std } },
    prepare:
      crop_mode === 'squash'
        ? { rule: 'resize', filter, crop: 'stretch' }
        : { rule: 'resize', filter, crop: 'center', ...(shorter > Math.max(height, width) && { shorter }) },
  };
}

/** What the graph takes; where it leaves a side open, what the configurations say. */
function inputOf({ graph }: ModelProto, described: InputDescription) {
  const [input] = inputsOf(graph);
  const { elem_type, shape } = input?.type?.tensor_type ?? {};
  const [, second, third, last] = shape?.dim.map(({ dim_value }) => known(dim_value)) ?? [];
  const isLast = (last === 1 || last === 3) && second !== 1 && second !== 3;
  const [channels, rows, columns] = isLast ? [last, second, third] : [second, third, last];
  const [height, width] = [rows ?? described.height, columns ?? described.width];
  if (height === undefined || width === undefined)
    throw new UserError(
      `it takes pictures of any size, and no ${PREPROCESSOR_FILE} beside it says which it was trained on. Write a card.json beside it that does`,
    );
  return {
    layout: isLast ? ('NHWC' as const) : ('NCHW' as const),
    type: elem_type === dataType.UINT8 ? ('uint8' as const) : ('float32' as const),
    channels: channels === 1 ? (1 as const) : (3 as const),
    ...{ height, width },
  };
}

function forChannels(numbers: readonly number[], channels: 1 | 3): number[] {
  return Array.from({ length: channels }, (_, i) => numbers[i] ?? numbers[0] ?? 0);
}

/** The names of the classes in the order of the output. */
function labelsOf(model: ModelProto, { id2label, label_names }: Config): string[] {
  if (id2label) {
    // An object has whole numbers as keys in their order.
    const names = Object.entries(id2label);
    if (names.every(([id], i) => Number(id) === i)) return names.map(([, name]) => name);
    throw new UserError(
      `${CONFIG_FILE} id2label: expected the names of classes 0 to ${names.length - 1}; received those of ${names.map(([id]) => id).join(', ')}`,
    );
  }
  if (label_names) return label_names;
  const classes = model.graph.output.map(({ type }) => known(type?.tensor_type?.shape?.dim[1]?.dim_value));
  if (classes[0] === undefined)
    throw new UserError(
      `nothing says what its classes are called: there is no id2label in a ${CONFIG_FILE} beside it. Write a card.json beside it that does`,
    );
  return Array.from({ length: classes[0] }, (_, i) => `LABEL_${i}`);
}

/** Its logits, unless its last node makes probabilities of them. */
function outputOf({ graph }: ModelProto, { problem_type }: Config): PlainCard['output'] {
  const output = graph.output.find(({ name }) => name === 'logits') ?? graph.output[0];
  const name = output?.name ?? '';
  const last = graph.node.find((node) => node.output.includes(name))?.op_type;
  const isMulti = problem_type === 'multi_label_classification';
  const values =
    last === 'Softmax'
      ? 'probabilities'
      : last === 'Sigmoid'
        ? 'multi-label'
        : isMulti
          ? 'multi-label-logits'
          : 'logits';
  return { name, values };
}
