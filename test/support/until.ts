const LOOK_MS = 50;

export async function until(what: () => Promise<boolean> | boolean, limit_ms = 40_000): Promise<void> {
  const deadline = Date.now() + limit_ms;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error('It did not happen in time.');
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}
