// The browser entry in the page's build: its files lie beside the page, which imports it as anybody's page does.
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { browserFiles, contentType, entryAddress } from './browser-files.ts';

const component = fileURLToPath(new URL('../component/', import.meta.url));
const entry = `${component}index.ts`;

/** Of the built page; `assets/index-hash.js` imports it. */
const folder = 'browser';

/** Emits the files when building; answers them while developing, made anew when their sources change. */
export function browser(): Plugin {
  let files: ReturnType<typeof browserFiles> | undefined;
  let developing = false;
  return {
    name: 'browser',
    enforce: 'pre',
    configResolved({ command }) {
      developing = command === 'serve';
    },
    async resolveId(source, importer) {
      if (!source.endsWith('/component/index.ts')) return null;
      const found = await this.resolve(source, importer, { skipSelf: true });
      if (found?.id !== entry) return null;
      if (developing) return `/${folder}/trainyard.js`;
      files ??= browserFiles();
      const entryFile = (await files).get('trainyard.js') ?? '';
      return { id: `../${entryAddress(entryFile)}`, external: true };
    },
    async load(id) {
      if (!developing || id !== `/${folder}/trainyard.js`) return null;
      files ??= browserFiles();
      return Buffer.from((await files).get('trainyard.js') ?? []).toString();
    },
    async generateBundle() {
      files ??= browserFiles();
      for (const [name, source] of await files)
        this.emitFile({ type: 'asset', fileName: `${folder}/${name}`, source });
    },
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const path = request.url?.split('?')[0] ?? '';
        if (!path.startsWith(`/${folder}/`)) return next();
        files ??= browserFiles();
        const file = (await files).get(path.slice(folder.length + 2));
        if (file === undefined) return next();
        for (const [name, value] of Object.entries(server.config.server.headers ?? {}))
          if (value !== undefined) response.setHeader(name, value);
        response.setHeader('Content-Type', contentType(path)).end(file);
      });
    },
    handleHotUpdate({ file, server }) {
      if (!file.startsWith(component)) return;
      files = undefined;
      server.moduleGraph.invalidateAll();
      server.ws.send({ type: 'full-reload' });
    },
  };
}
