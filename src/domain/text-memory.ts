import { LRUCache } from 'lru-cache';

interface Forgetful {
  clear(): void;
}

/** Weak, so that a memory goes with what made it. */
const memories = new Set<WeakRef<Forgetful>>();

/** A memory of texts of documents, or of what was read of them. It says nothing of who may read them, and is emptied when one is removed for good. */
export function createTextMemory<Key extends string, Value extends object>(
  limits: LRUCache.Options<Key, Value, unknown>,
): LRUCache<Key, Value> {
  const memory = new LRUCache<Key, Value>(limits);
  memories.add(new WeakRef(memory));
  return memory;
}

/** `read`, whose results are remembered: what it reads of a text depends on the text and one name alone, that of its language as a rule. */
export function rememberReading<Value extends object>(
  limits: LRUCache.Options<string, Value, unknown>,
  read: (text: string, name: string) => Value,
): (text: string, name: string) => Value {
  const memory = createTextMemory<string, Value>(limits);
  return (text, name) => {
    const key = `${name}\0${text}`;
    const known = memory.get(key);
    if (known) return known;
    const value = read(text, name);
    memory.set(key, value);
    return value;
  };
}

/** Empties every text memory of this process: which of a document's sentences are in which of them, nobody knows. */
export function forgetTexts(): void {
  for (const reference of memories) {
    const memory = reference.deref();
    if (memory) memory.clear();
    else memories.delete(reference);
  }
}
