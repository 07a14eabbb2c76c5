// What is in the files of a new project: a network of its own, a server with a page, a test, and how to run it elsewhere.

/** The network's model as it is exported first; later ones have other versions. */
const MODEL = 'models/repository/my-digits/1/model.onnx';

export const config = `// The recipes of this project: \`npm run train my-digits\` trains this one.
import { defineArchitecture, defineConfig, defineRecipe, nn, tf } from 'trainyard/train';

// Pictures go in as float32 [N,28,28,1], standardized; logits come out, [N,classes].
const network = defineArchitecture({
  name: 'my-network',
  options: { width: 16 },
  build: ({ width }, classes) => (net, pictures) => {
    let x = tf.relu(nn.conv2d(net, 'conv1', pictures, { filters: width, kernel: 3 }));
    x = nn.maxPool(x);
    x = tf.relu(nn.conv2d(net, 'conv2', x, { filters: 2 * width, kernel: 3 }));
    x = nn.maxPool(x);
    return nn.dense(net, 'logits', nn.flatten(x), { units: classes });
  },
});

export default defineConfig({
  recipes: [
    defineRecipe({
      name: 'my-digits',
      dataset: 'mnist', // or a folder of your own pictures: './photos'
      architecture: network({ width: 16 }),
      epochs: 2,
    }),
  ],
});
`;

export const server = `// Serves the page and the model: \`npm start\`.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { loadModel } from 'trainyard';
import { createHandler, toNodeHandler } from 'trainyard/serve';

const path = process.env.MODEL ?? '${MODEL}';
const port = Number(process.env.PORT ?? 3000);

const page = await readFile(new URL('page.html', import.meta.url));
const answer = toNodeHandler(createHandler(await loadModel(path)));

createServer((request, response) => {
  if (request.url !== '/' || request.method !== 'GET') return answer(request, response);
  response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page);
}).listen(port, () => console.log(\`http://localhost:\${port}\`));
`;

export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Which digit?</title>
<style>
  body { font: 1.2rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 4rem auto; padding: 0 1rem; }
</style>
<h1>Which digit?</h1>
<label>A picture: <input type="file" accept="image/*"></label>
<p role="status"></p>
<script type="module">
  const status = document.querySelector('[role=status]');
  document.querySelector('input').addEventListener('change', async ({ target }) => {
    const response = await fetch('classify', { method: 'POST', body: target.files[0] });
    const { label, probability, error } = await response.json();
    status.textContent = error ?? \`\${label}, \${(100 * probability).toFixed(1)} %\`;
  });
</script>
</html>
`;

export const test = `// \`npm test\`: the model that was exported reads a picture as a person does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModel } from 'trainyard';

test('a seven is a seven', async () => {
  const model = await loadModel('${MODEL}');
  const { label } = await model.classify('pictures/seven.png');
  assert.equal(label, '7');
  await model.close();
});
`;

export const dockerfile = `# The server with the model, without what trains it: docker build -t my-digits . && docker run -p 3000:3000 my-digits
FROM node:22-slim
WORKDIR /app
ENV TRAINYARD_CACHE=/var/cache/trainyard
# Where package.json names a tarball of Trainyard, have it here, named as ./trainyard-0.1.0.tgz, and copy it too.
COPY package.json ./
RUN npm install --omit=dev && npx trainyard setup --for serve
COPY server.js page.html ./
COPY models models
USER node
CMD ["node", "server.js"]
`;

export const tsconfig = `${JSON.stringify(
  {
    compilerOptions: {
      strict: true,
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'dom'],
      noEmit: true,
      skipLibCheck: true,
    },
    include: ['*.ts'],
  },
  null,
  2,
)}
`;

export const readme = (name: string) => `# ${name}

An image classifier, made with Trainyard.

    npm install                             # once
    npm run setup                           # once: TensorFlow, for training
    npm run train my-digits                 # the recipe in trainyard.config.ts, into runs/
    npm run export                          # the newest run as one ONNX file, into models/
    npm test                                # the file reads pictures/seven.png
    npm start                               # server.js and page.html at localhost:3000

Your own classes: a folder of pictures for each, such as photos/cat and photos/dog. Then \`npm run train ./photos\`, or
\`dataset: './photos'\` in trainyard.config.ts. \`npx trainyard help\` lists all commands.
`;

/** A handwritten seven, 56x56, black on white: drawn for this project. */
export const seven = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAADgAAAA4BAMAAABaqCYtAAAAGFBMVEX////f39+/v7+enp5kZGRAQEAeHh4AAABEiyL7AAAAzUlEQVR42u3UsQ3CMBSE4TMwACKRaAkLwAhMwXoMgMQiFDAAilJDkwUCFJaVu7NhAXhFLPlT8rtxgP98nxCXatPR5uLWE4b9Sl65HwAAk/hUQw3CUG5GHHrdHeIyAwC8Tjs6Y4OWEY/jiMsGV/6szBbP7hOGbUoWcIqULGCFlCzgmMyRkjlSMkdK5kjJDDmZIScz5GSGnHSUpKMkHSXpKElDTRpq0lCThppUtKSiJRUtqWhJQU8K1pYUXFtScG5JwYsl0xWM97A9/+Zf8w2K+DdrqMZG+wAAAABJRU5ErkJggg==',
  'base64',
);
