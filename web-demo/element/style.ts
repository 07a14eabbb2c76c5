// How the custom element looks; pages change it by its parts and custom properties.

export const style = `
:host { display: block; max-width: 24rem; }
:host([hidden]), [hidden] { display: none !important; }
[part=box] {
  display: grid;
  gap: var(--trainyard-gap, 0.75rem);
  padding: var(--trainyard-gap, 0.75rem);
  border: var(--trainyard-border, 2px dashed currentColor);
  border-radius: 0.5rem;
}
[part=box].over { border-style: solid; }
[part=prompt] { display: grid; gap: 0.5rem; }
[part=input] { font: inherit; max-width: 100%; }
[part=picture] { max-width: 100%; justify-self: start; }
[part=progress] { width: 100%; accent-color: var(--trainyard-accent, auto); }
[part=message] { margin: 0; }
[part=message]:empty { display: none; }
[part=answers] { display: grid; gap: 0.25rem; margin: 0; padding: 0; list-style: none; }
[part=answer] { display: grid; grid-template-columns: 1fr 6rem 4rem; gap: 0.5rem; align-items: center; }
[part=bar] { width: 100%; height: 0.75rem; background: none; border: 1px solid; border-radius: 0.25rem; overflow: hidden; }
[part=bar] > span { display: block; height: 100%; background: var(--trainyard-accent, currentColor); }
[part=probability] { text-align: right; font-variant-numeric: tabular-nums; }
`;
