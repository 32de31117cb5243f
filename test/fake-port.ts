/**
 * A port of which only the given methods work; using any other one throws with its name, so that a test cannot pass
 * because something returned nothing.
 */
export function fakePort<T extends object>(name: string, methods: Partial<T> = {}): T {
  const guard: ProxyHandler<object> = {
    get(target, property) {
      if (property in target || typeof property === 'symbol' || property === 'then')
        return Reflect.get(target, property);
      throw new Error(`${name}.${property} is not part of this test.`);
    },
  };
  // The proxy answers every property of T: the given ones, and the others by throwing.
  return new Proxy<object>(methods, guard) as T;
}
