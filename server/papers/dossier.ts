// Everything that is known of one signed order, in the signer's language: what both packs are written from.
import type { ApprovalRecord } from './record';
import type { Drawing } from './signature';

export interface Dossier {
  record: ApprovalRecord;
  order: {
    placed_at: string | null;
    customer: string;
    email: string | null;
    phone: string | null;
    delivery: string | null;
    specification: Array<{ label: string; value: string }>;
  };
  /** JPEG of each approved page, in the order of the proof. */
  pages: Array<{ number: number; picture: Uint8Array | null }>;
  /** Every event, oldest first. */
  history: Array<{ at: string; who: string; text: string; note: string | null }>;
  rounds: Array<{
    number: number;
    version: number | null;
    at: string;
    note: string | null;
    points: Array<{ number: number; page: number; text: string; answer: string | null }>;
  }>;
  letters: Array<{ at: string; to: string; subject: string; text: string; how: string }>;
  receipt: {
    lines: Array<{ label: string; amount: string }>;
    taxes: Array<{ rate: string; tax: string }>;
    total: string;
    paid: string;
    /** The card processor's own number of the payment. */
    processor_ref: string | null;
    refunded: string | null;
  };
  job: Array<{ at: string; text: string; who: string }>;
  handed_over_at: string | null;
  /** The printed half. */
  printed: {
    /** JPEG, PNG or WebP copies of photographs, each beside a page of the approved proof. */
    photos: Array<{
      page: number | null;
      at: string;
      picture: Uint8Array | null;
      sha256: string;
      name: string;
    }>;
    count: { ordered: number; counted: number; note: string | null; at: string } | null;
    handover: {
      how: 'collected' | 'delivered';
      recipient: string;
      signature: ({ kind: 'drawn' } & Drawing) | { kind: 'typed' } | null;
      carrier: string | null;
      tracking_number: string | null;
      sent_on: string | null;
    } | null;
  };
  policy: { version: string; texts: Array<{ title: string; text: string }> };
  copy: { at: string | null; to: string | null; message_id: string | null; reply: string | null };
  chain: { events: number; head: string };
  made_at: string;
}
