// What a test run prints: a line for each file, every failure in full, then the time each project took.
// The totals go to the file named by TEST_TOTALS.
import { writeFileSync } from 'node:fs';

export default class TestReport {
  #milliseconds = new Map();

  onTestResult(test, result) {
    const project = test.context.config.displayName.name;
    const took = result.perfStats.runtime;
    this.#milliseconds.set(project, (this.#milliseconds.get(project) ?? 0) + took);

    const failed = result.numFailingTests > 0 || result.testExecError;
    const name = test.path.replace(`${test.context.config.rootDir}/test/`, '').replace(/\.test\.js$/, '');
    const tests = [
      `${result.numPassingTests} passed`,
      result.numFailingTests > 0 && `${result.numFailingTests} failed`,
      result.numPendingTests + result.numTodoTests > 0 &&
        `${result.numPendingTests + result.numTodoTests} skipped`,
    ].filter(Boolean);
    console.log(`${failed ? 'FAILED' : 'ok    '} ${project} ${name}: ${tests.join(', ')} (${seconds(took)})`);
    if (!failed) return;
    for (const { message } of result.console ?? []) console.log(message);
    console.log(result.failureMessage);
  }

  onRunComplete(_contexts, results) {
    const times = [...this.#milliseconds].map(([project, took]) => `${project} ${seconds(took)}`);
    if (times.length > 0) console.log(`Time: ${times.join(', ')}`);
    if (process.env.TEST_TOTALS) writeFileSync(process.env.TEST_TOTALS, JSON.stringify(totals(results)));
  }

  getLastError() {}
}

function totals(results) {
  return {
    passed: results.numPassedTests,
    // A file that could not be run at all counts as one failure.
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
