// What is promised of sessions: the current ones stay open, others are closed when nobody needs them any more.
import { expect, test } from 'vitest';
import { createSessionEviction } from '../../../serve/engine/evict-sessions.ts';
import { testWorker } from './jobs.ts';

const MINUTE = 60_000;

function open(waiting: Record<string, number> = {}) {
  const { worker, sent } = testWorker({ lastUsed: new Map() });
  return { worker, sent, sessions: createSessionEviction([worker], (key) => waiting[key] ?? 0) };
}

test('a session that is not current is closed a minute after its last use', () => {
  const { worker, sent, sessions } = open();
  sessions.setCurrent(['new'], 0);
  worker.lastUsed.set('new', 0).set('old', 5000);
  sessions.evict(5000 + MINUTE - 1);
  expect(sent).toEqual([]);
  sessions.evict(5000 + MINUTE);
  expect(sent).toEqual([{ kind: 'close', key: 'old' }]);
  expect([...worker.lastUsed.keys()]).toEqual(['new']);
});

test('one that is replaced is closed at once, unless jobs wait for it', () => {
  const waiting = { old: 1 };
  const { worker, sent, sessions } = open(waiting);
  worker.lastUsed.set('old', 100);
  sessions.setCurrent(['old', 'other'], 100);
  expect(sessions.setCurrent(['other', 'new'], 200)).toEqual(['old']);
  expect(sent).toEqual([]);
  waiting.old = 0;
  sessions.evict(300);
  expect(sent).toEqual([{ kind: 'close', key: 'old' }]);
});

test('of an unloaded model everything is closed, also what is opened for a request that came before', () => {
  const waiting: Record<string, number> = {};
  const { worker, sent, sessions } = open(waiting);
  sessions.setCurrent(['new'], 0);
  worker.lastUsed.set('new', 0).set('old', 100);
  sessions.setCurrent([], 110, ['new', 'old']);
  expect(sent).toEqual(['new', 'old'].map((key) => ({ kind: 'close', key })));
  worker.lastUsed.set('old', 120);
  waiting.old = 1;
  sessions.evict(130);
  expect(sent).toHaveLength(2);
  waiting.old = 0;
  sessions.evict(140);
  expect(sent.slice(2)).toEqual([{ kind: 'close', key: 'old' }]);
  sessions.setCurrent(['new'], 150);
  worker.lastUsed.set('old', 160);
  sessions.evict(170);
  expect(sent).toHaveLength(3);
});

test('each worker closes what it has of it, and nothing else', () => {
  const [one, other] = [testWorker({ lastUsed: new Map() }), testWorker({ lastUsed: new Map() })];
  const sessions = createSessionEviction([one.worker, other.worker], () => 0);
  sessions.setCurrent(['old', 'kept'], 0);
  one.worker.lastUsed.set('old', 0).set('kept', 0);
  other.worker.lastUsed.set('kept', 0).set('foreign', 0);
  expect(sessions.setCurrent(['kept'], 10)).toEqual(['old']);
  expect(one.sent).toEqual([{ kind: 'close', key: 'old' }]);
  expect(other.sent).toEqual([]);
  expect(sessions.setCurrent(['kept'], 20)).toEqual([]);
  sessions.evict(MINUTE);
  expect(other.sent).toEqual([{ kind: 'close', key: 'foreign' }]);
});
