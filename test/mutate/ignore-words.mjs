// What Stryker leaves alone: the words of errors, of help and of what a schema says of its fields. Tests hold what is refused,
// and that everything is described; only some of them hold how it is said.
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/**
 * What is used here of Babel's NodePath, which Stryker gives without a type.
 * @typedef {{ node: { type: string, callee?: { name?: string, property?: { name?: string } }, key?: { name?: string } }, parentPath: Path | null }} Path
 */

const WORDS = ['StringLiteral', 'TemplateLiteral'];
const HELP = ['description', 'group', 'risk', 'summary', 'valueHint'];
const ERRORS = /Error$|^Refusal$|^Damaged$|^NotCertain$/;

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'words', {
    shouldIgnore(path) {
      const literal = /** @type {Path} */ (path);
      return WORDS.includes(literal.node.type) &&
        (isOfError(literal.parentPath) || isHelp(literal.parentPath) || isOfSchema(literal.parentPath))
        ? 'words'
        : undefined;
    },
  }),
];

/**
 * @param {Path | null} path
 * @returns {boolean}
 */
function isOfError(path) {
  if (path === null) return false;
  const { type, callee } = path.node;
  if (type === 'ThrowStatement' || (type === 'NewExpression' && ERRORS.test(callee?.name ?? ''))) return true;
  // What a function within does is no words.
  return !type.endsWith('FunctionExpression') && isOfError(path.parentPath);
}

/**
 * `z.string().describe('...')`.
 *
 * @param {Path | null} path
 * @returns {boolean}
 */
function isOfSchema(path) {
  return path?.node.type === 'CallExpression' && path.node.callee?.property?.name === 'describe';
}

/**
 * @param {Path | null} path
 * @returns {boolean}
 */
function isHelp(path) {
  return path?.node.type === 'ObjectProperty' && HELP.includes(path.node.key?.name ?? '');
}
