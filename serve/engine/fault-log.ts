// Says which places of a repository cannot be used, each once.
import { visible } from '../../models/printable.ts';
import type { RepositoryFault } from '../../models/repository.ts';
import type { Log } from '../log.ts';
import type { Observer } from './events.ts';

export interface FaultLog {
  /** What the last look found. */
  faults(): readonly RepositoryFault[];
  /**
   * Takes what a look found. While serving, a place is named when two looks have found it, since folders are filled
   * slowly.
   *
   * @param atOnce - names all of them.
   * @param isServed - whether a version that the fault is about goes on serving.
   */
  take(
    faults: readonly RepositoryFault[],
    atOnce: boolean,
    isServed: (fault: RepositoryFault) => boolean,
  ): void;
}

export function createFaultLog(log: Log, observer: Observer): FaultLog {
  let faults: readonly RepositoryFault[] = [];
  let logged: ReadonlySet<string> = new Set();

  function name(fault: RepositoryFault, isServed: boolean): void {
    const meanwhile = isServed ? '; what was there before goes on serving' : '';
    log(`${faultText(fault)}${meanwhile}`, { level: isServed ? 'warn' : 'error' });
    const { name, version, reason } = fault;
    if (version !== undefined) observer.modelChanged?.({ name, version }, { kind: 'broken', reason });
  }

  return {
    faults: () => faults,
    take(now, atOnce, isServed) {
      const before = new Set(faults.map(faultText));
      const named = now.filter((fault) => {
        const text = faultText(fault);
        if (logged.has(text)) return true;
        if (!(atOnce || before.has(text))) return false;
        name(fault, isServed(fault));
        return true;
      });
      logged = new Set(named.map(faultText));
      faults = now;
    },
  };
}

/** A fault in one sentence, without paths of the machine. */
export function faultText({ place, reason }: RepositoryFault): string {
  return visible(`${place} is left out: ${reason}`);
}

/** @param key - `name/version`. */
export function isAbout({ name, version }: RepositoryFault, key: string): boolean {
  return version === undefined ? key.startsWith(`${name}/`) : key === `${name}/${version}`;
}
