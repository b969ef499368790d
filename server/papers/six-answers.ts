// Six questions that a court asks of an electronic signature (who sent it, how, how it was signed, who received the
// copy, how it came back, how identity was checked), answered in prose from what was recorded and nothing else.
import { momentOf } from './moment';
import type { ApprovalRecord } from './record';
import { paperWords } from './words';

export interface Answer {
  question: string;
  answer: string;
}

/** What happened to the signer's copy, when that is known: the certificate itself is made before it is sent. */
export interface Copy {
  to: string | null;
  at: string | null;
  message_id: string | null;
  reply: string | null;
}

/** `copy` null: the paper is the copy, and is sent as soon as it is made. */
export function sixAnswers(record: ApprovalRecord, copy: Copy | null): Answer[] {
  const words = paperWords('packs', record.language);
  const moment = (at: string | null) => {
    const found = momentOf(at, record.time_zone, record.language);
    return found ? found.utc : words('not_recorded');
  };
  const known = (text: string | null | undefined) => text || words('not_recorded');
  const { sending } = record;
  const displayed = (record.pages ?? []).filter(
    ({ first_displayed_at }) => first_displayed_at !== null,
  ).length;
  const say = (key: string, values: Record<string, string | number> = {}): string =>
    words(`six.${key}`, { shop: record.shop.name, ...values });
  const sent = sending?.at
    ? say('how_mailed', {
        to: known(sending.to),
        at: moment(sending.at),
        id: known(sending.message_id),
        how: words(`letter_state.${sending.state ?? 'sent'}`),
      })
    : record.is_at_counter
      ? say('how_counter')
      : say('how_unknown');
  const received = copy
    ? copy.at
      ? say('copy_sent', {
          to: known(copy.to),
          at: moment(copy.at),
          id: known(copy.message_id),
          reply: known(copy.reply),
        })
      : say('copy_unknown')
    : sending?.copy_to
      ? say('copy_at_once', { to: sending.copy_to })
      : say('copy_none');
  return [
    {
      question: say('who'),
      answer: say('who_answer', { version: record.proof.version, at: moment(record.proof.issued_at) }),
    },
    { question: say('how'), answer: sent },
    {
      question: say('signed'),
      answer: record.is_recorded_by_staff
        ? say('signed_elsewhere', { at: moment(record.signed_at) })
        : say('signed_answer', {
            displayed,
            count: record.proof.page_count,
            ticks: (record.ticks?.length ?? 0) + (record.warnings?.length ?? 0),
            name: record.signer.typed_name,
            manner: say(`manner_${record.signature?.kind ?? 'unknown'}`),
            button: known(record.button_label),
            at: moment(record.signed_at),
          }),
    },
    { question: say('copy'), answer: received },
    {
      question: say('back'),
      answer: say(record.is_recorded_by_staff ? 'back_elsewhere' : 'back_answer', {
        ip: known(record.device.ip),
        event: record.chain ? String(record.chain.event_number) : words('not_recorded'),
      }),
    },
    {
      question: say('identity'),
      answer: [
        ...(record.recognised_by ?? [words('not_recorded')]),
        record.payment.kind === 'card' && record.payment.last4
          ? say('card', { last4: record.payment.last4, amount: record.payment.amount })
          : '',
        say('identity_limit'),
      ]
        .filter(Boolean)
        .join(' '),
    },
  ];
}
