// Runs in the browser: changed parts of the page are replaced by the new ones, the place on the page stays.
const source = new EventSource('/events');

source.addEventListener('page', ({ data }) => {
  const next = new DOMParser().parseFromString(JSON.parse(data), 'text/html');
  document.title = next.title;
  for (const name of ['style', 'header', 'nav']) replace(name, next);
  const main = document.querySelector('main');
  if (main === null) return;
  const sections = [...next.querySelectorAll('main > section')];
  for (const [i, section] of sections.entries()) {
    const old = main.children[i];
    if (old === undefined) main.append(section);
    else if (old.id !== section.id) old.before(section);
    else if (old.innerHTML !== section.innerHTML) old.replaceWith(section);
  }
  while (main.children.length > sections.length) main.lastElementChild?.remove();
});

source.addEventListener('end', () => source.close());

/**
 * @param {string} name
 * @param {Document} next
 */
function replace(name, next) {
  const [old, fresh] = [document.querySelector(name), next.querySelector(name)];
  if (old !== null && fresh !== null && old.innerHTML !== fresh.innerHTML) old.replaceWith(fresh);
}
