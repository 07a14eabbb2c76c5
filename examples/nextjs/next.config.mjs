/** On the server the package starts threads from its own files: it must not be bundled there. */
export default { serverExternalPackages: ['trainyard'] };
