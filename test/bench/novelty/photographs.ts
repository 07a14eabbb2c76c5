// Photographs that are none of CIFAR-10's things, in 32x32 pixels: parts of the pictures that come with scikit-image.
import { spawnSync } from 'node:child_process';
import type { SomePictures } from '../../../export/novelty/values.ts';
import { pythonWith } from '../support/venv.ts';
import { pictures } from './measure.ts';

const REQUIREMENTS = ['scikit-image==0.25.2', 'numpy==2.2.6', 'pillow==11.3.0'];

/** Kinds, and the files that come in the package itself. The cat and the horse are left out: they are known. */
const KINDS = {
  'photographs of people and things': [
    'astronaut.png',
    'coffee.png',
    'rocket.jpg',
    'coins.png',
    'motorcycle_left.png',
  ],
  'photographs by microscope and telescope': ['ihc.png', 'retina.jpg', 'hubble_deep_field.jpg', 'moon.png'],
  'textures of brick, grass and gravel': ['brick.png', 'grass.png', 'gravel.png'],
  'printed pages': ['page.png', 'text.png'],
} as const;

/** Parts of a picture that are an eighth of its shorter side at least, by Pillow. */
const SCRIPT = `
import os, random, sys, skimage
from PIL import Image
folder = os.path.join(os.path.dirname(skimage.__file__), 'data')
files = [Image.open(os.path.join(folder, name)).convert('RGB') for name in sys.argv[2:]]
draw = random.Random(1)
for i in range(int(sys.argv[1])):
    picture = files[i % len(files)]
    shorter = min(picture.size)
    side = round(shorter * (0.125 + 0.875 * draw.random()))
    x, y = (draw.randint(0, length - side) for length in picture.size)
    sys.stdout.buffer.write(picture.resize((32, 32), Image.BICUBIC, (x, y, x + side, y + side)).tobytes())`;

/** `n` pictures of each kind. */
export async function otherPhotographs(
  n: number,
): Promise<(readonly [kind: string, pictures: SomePictures])[]> {
  const python = await pythonWith('photographs', REQUIREMENTS);
  return Object.entries(KINDS).map(([kind, files]) => {
    const made = spawnSync(python, ['-c', SCRIPT, String(n), ...files], { maxBuffer: 2 ** 26 });
    if (made.status !== 0) throw new Error(made.stderr.toString());
    return [kind, pictures(new Uint8Array(made.stdout), 32 * 32 * 3)] as const;
  });
}
