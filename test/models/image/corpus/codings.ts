// JPEGs in every coding that libjpeg-turbo writes: samplings, color spaces, restarts, arithmetic, lossless, 12 bits.
import koffi from 'koffi';
import { turbojpegPath } from '../../../../setup/libraries/turbojpeg.mjs';

// Reference: turbojpeg.h of libjpeg-turbo 3.1.
const TJINIT_COMPRESS = 0;
const params = {
  quality: 3,
  sampling: 4,
  colors: 8,
  progressive: 12,
  arithmetic: 14,
  lossless: 15,
  restartRows: 19,
} as const;
const samplings = {
  '4:4:4': 0,
  '4:2:2': 1,
  '4:2:0': 2,
  gray: 3,
  '4:4:0': 4,
  '4:1:1': 5,
  '4:4:1': 6,
} as const;
const spaces = { RGB: 0, YCbCr: 1, gray: 2, CMYK: 3, YCCK: 4 } as const;
const formats = { RGB: 0, CMYK: 11 } as const;

interface Coding {
  readonly sampling?: keyof typeof samplings;
  readonly colors?: keyof typeof spaces;
  readonly progressive?: 1;
  readonly arithmetic?: 1;
  readonly lossless?: 1;
  readonly restartRows?: number;
  /** 12 bits a sample. */
  readonly deep?: boolean;
}

/** By name. */
const codings: Readonly<Record<string, Coding>> = {
  '4:4:4': { sampling: '4:4:4' },
  '4:2:0': { sampling: '4:2:0' },
  '4:2:2': { sampling: '4:2:2' },
  '4:4:0': { sampling: '4:4:0' },
  '4:1:1': { sampling: '4:1:1' },
  '4:4:1': { sampling: '4:4:1' },
  gray: { sampling: 'gray', colors: 'gray' },
  progressive: { sampling: '4:2:0', progressive: 1 },
  restarts: { sampling: '4:2:0', restartRows: 1 },
  'progressive with restarts': { sampling: '4:4:4', progressive: 1, restartRows: 1 },
  RGB: { sampling: '4:4:4', colors: 'RGB' },
  CMYK: { sampling: '4:4:4', colors: 'CMYK' },
  YCCK: { sampling: '4:2:0', colors: 'YCCK' },
  arithmetic: { sampling: '4:2:0', arithmetic: 1 },
  lossless: { sampling: '4:4:4', colors: 'RGB', lossless: 1 },
  '12 bits': { sampling: '4:2:0', deep: true },
};

/** @param rgb - `[height, width, 3]` */
export function codedJpegs(rgb: Uint8Array, width: number, height: number): Record<string, Buffer> {
  const library = koffi.load(turbojpegPath());
  const init = library.func('void *tj3Init(int initType)');
  const set = library.func('int tj3Set(void *handle, int param, int value)');
  const destroy = library.func('void tj3Destroy(void *handle)');
  const errorText = library.func('const char *tj3GetErrorStr(void *handle)');
  const end =
    '(void *handle, const void *pixels, int width, int pitch, int height, int format, _Inout_ void **out, _Inout_ size_t *size)';
  const compress8 = library.func(`int tj3Compress8${end}`);
  const compress12 = library.func(`int tj3Compress12${end}`);
  const deepPixels = Uint16Array.from(rgb, (value) => value * 16);
  const cmyk = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i * 7 + (i >> 5) * 3) & 255);

  function compressed({ deep = false, ...coding }: Coding): Buffer {
    const handle: unknown = init(TJINIT_COMPRESS);
    try {
      set(handle, params.quality, 85);
      if (coding.sampling !== undefined) set(handle, params.sampling, samplings[coding.sampling]);
      if (coding.colors !== undefined) set(handle, params.colors, spaces[coding.colors]);
      for (const name of ['progressive', 'arithmetic', 'lossless', 'restartRows'] as const)
        if (coding[name] !== undefined) set(handle, params[name], coding[name]);
      const inks = coding.colors === 'CMYK' || coding.colors === 'YCCK';
      const [pixels, format] = inks ? [cmyk, formats.CMYK] : [deep ? deepPixels : rgb, formats.RGB];
      const [out, size] = [[null], [0]];
      const compress = deep ? compress12 : compress8;
      if (compress(handle, pixels, width, 0, height, format, out, size) !== 0)
        throw new Error(String(errorText(handle)));
      return Buffer.from(new Uint8Array(koffi.decode(out[0], 'uint8_t', Number(size[0]))));
    } finally {
      destroy(handle);
    }
  }
  return Object.fromEntries(Object.entries(codings).map(([name, coding]) => [name, compressed(coding)]));
}
