// Two threads take the next page from one number, so that neither waits for the other.

export function newCounter(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** The next page that nobody has taken, from 1; null after the last. */
export function pagesFrom(counter: SharedArrayBuffer, page_count: number): () => number | null {
  const taken = new Int32Array(counter);
  return () => {
    const page = Atomics.add(taken, 0, 1) + 1;
    return page <= page_count ? page : null;
  };
}
