import type { Finding, Language, PreflightReport, Refusal, Words } from './contract';
import { typeset } from './words/numbers';
import { type RefusalCode, refusals } from './words/refusals';

/** Thrown anywhere in the engine when no proof can be made; becomes the `refusal` of the outcome. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.text.en);
    this.name = 'Refused';
  }
}

type Values<Code extends RefusalCode> = Parameters<(typeof refusals)[Code]>;

export function refusal<Code extends RefusalCode>(code: Code, ...values: Values<Code>): Refusal {
  const say = refusals[code] as (...given: Values<Code>) => Words;
  return { code, text: typesetWords(say(...values)), report: null };
}

export function refused<Code extends RefusalCode>(code: Code, ...values: Values<Code>): Refused {
  return new Refused(refusal(code, ...values));
}

/** No proof is made of artwork with errors: the first one is the sentence, the report holds them all. */
export function refusedForErrors(report: PreflightReport): Refused {
  const first = report.findings.find((finding: Finding) => finding.severity === 'error')!;
  return new Refused({ code: first.code, text: first.text, report });
}

export function typesetWords(words: Words): Words {
  const set = (language: Language) => typeset(words[language], language);
  return { en: set('en'), fr: set('fr') };
}
