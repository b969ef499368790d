// A warning nobody expected is a defect: it fails the test that caused it.
// A test that expects one says so with jest.spyOn(console, 'error').mockImplementation(…).
import { format } from 'node:util';

let said: string[] = [];

console.error = (...words: unknown[]) => void said.push(format(...words));
console.warn = (...words: unknown[]) => void said.push(format(...words));

function failWhenSomethingWasSaid(): void {
  const unexpected = said;
  said = [];
  if (unexpected.length > 0) throw new Error(`Unexpected on the console:\n${unexpected.join('\n')}`);
}

afterEach(failWhenSomethingWasSaid);
afterAll(failWhenSomethingWasSaid);
