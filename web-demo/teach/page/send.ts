// Sends the model file to the server that the page came from, where that server takes models.

/** Whether there is such a server. A host of files has no list that says so. */
export async function takesModels(): Promise<boolean> {
  try {
    const response = await fetch(address('models'), { headers: { accept: 'application/json' } });
    const list: unknown = await response.json();
    return typeof list === 'object' && list !== null && 'takesModels' in list && list.takesModels === true;
  } catch {
    return false;
  }
}

/**
 * @param key - One of those by which this server takes models.
 * @returns what to say: where it is.
 * @throws Error with the server's reason.
 */
export async function sendModel(file: Blob, name: string, key: string): Promise<string> {
  if (key === '') throw new Error('Give the key by which this server takes models: who runs it has one.');
  const path = `models/${encodeURIComponent(name)}`;
  const headers = { 'content-type': 'application/octet-stream', 'x-api-key': key };
  const response = await fetch(address(`${path}/versions`), { method: 'POST', headers, body: file }).catch(
    (error) => {
      throw new Error('It was not sent: this server does not answer.', { cause: error });
    },
  );
  const answer: unknown = await response.json().catch(() => undefined);
  const said = (field: string) =>
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, field) : undefined;
  if (!response.ok)
    throw new Error(`It was not sent: ${said('error') ?? `the server answered ${response.status}`}.`);
  return `Sent: this server answers with it at ${new URL(address(`${path}/classify`)).pathname}, version ${said('version')}.`;
}

/** Relative to the page, which may be in any folder of its host. */
function address(path: string): string {
  return new URL(path, document.baseURI).href;
}
