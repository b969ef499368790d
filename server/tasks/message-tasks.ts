// Letters: composed once from what the order says, then sent until the receiving server has answered.
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { orderUrl } from '../link';
import { composeMail, MailRefused, type MailRequest, type MailTemplate, type MailValues } from '../mail';
import * as approval from '../models/approval';
import { promisedBy, readyOn } from '../models/calendar';
import * as changeRequest from '../models/change-request';
import { firstName } from '../models/customer';
import { now } from '../models/database';
import * as dispute from '../models/dispute';
import * as handover from '../models/handover';
import * as message from '../models/message';
import * as order from '../models/order';
import type { Difference } from '../models/order-change';
import * as payment from '../models/payment';
import { formatMoney } from '../models/price';
import * as proof from '../models/proof';
import * as recordedApproval from '../models/recorded-approval';
import * as refund from '../models/refund';
import * as setting from '../models/setting';
import { findStaffOrNull } from '../models/staff';
import type { Task } from '../models/task';
import { dateWords } from '../models/wording';
import type { Portal } from '../portal';
import { Hopeless, type Run } from './task-context';

interface Context {
  portal: Portal;
  task: Task;
  placed: order.PlacedOrder;
  shop: setting.Shop;
  language: order.Language;
  to: string;
  date(iso: string, style: 'day' | 'datetime' | 'time'): string;
  money(cents: number): string;
  everywhere: {
    first_name: string;
    ref: string;
    phone: string;
    staff_name: string;
    shop: string;
    link: string;
  };
}

type Values = { [T in MailTemplate]: (context: Context) => Promise<MailValues[T]> };

const staffUrl = ({ portal }: Context, path: string) => portal.config.base_url + path;

const url = ({ portal, placed }: Context, rest = '') => orderUrl(portal.config, placed.id, rest);

const VALUES: Values = {
  'order-received': async (context) => {
    const { placed, everywhere } = context;
    const words = placed.specification.words[placed.language];
    return {
      ...everywhere,
      qty: words.quantity,
      product: words.name,
      proof_time: context.date(placed.proof_promised_at as string, 'datetime'),
      paid_at_counter: placed.payment_method === 'counter',
    };
  },
  'proof-ready': async (context) => {
    const { placed, everywhere, shop, task, portal } = context;
    const shown = await proof.findProof(portal.db, String(task.payload.proof_id));
    const { ready_on, cutoff_at } = readyOn(shop, now(), placed.specification.turnaround_days);
    return {
      ...everywhere,
      product: placed.specification.words[placed.language].name,
      order_date: context.date(placed.placed_at as string, 'day'),
      v: String(shown.version),
      cutoff: context.date(cutoff_at, 'datetime'),
      ready_date: context.date(ready_on, 'day'),
      link: url(context, `/proof/${shown.version}`),
    };
  },
  'changes-received': async (context) => {
    const { placed, everywhere, shop, task, portal } = context;
    const request = await changeRequest.findRequest(portal.db, String(task.payload.change_request_id));
    const shown = await proof.findProof(portal.db, request.proof_id);
    const { included_rounds, extra_round_cents } = placed.specification;
    const said = request.points.map((point) => point.text);
    return {
      ...everywhere,
      list_of_changes: request.note ? [...said, request.note] : said.length > 0 ? said : ['↑'],
      v_next: String(shown.version + 1),
      proof_time: context.date(promisedBy(shop, request.requested_at, shop.proof_minutes), 'datetime'),
      round_price: request.round > included_rounds ? context.money(extra_round_cents) : null,
    };
  },
  approved: async (context) => {
    const { placed, everywhere, portal, task } = context;
    const signed = await approval.findApproval(portal.db, String(task.payload.approval_id));
    const shown = await proof.findProof(portal.db, signed.proof_id);
    const card =
      (await payment.capturedOrNull(portal.db, placed.id)) ??
      (await payment.usableHoldOrNull(portal.db, placed.id));
    const stop = approval.stopUntil(signed);
    const enclosed = task.payload.attachments as message.Attachment[];
    const common = {
      ...everywhere,
      v: String(shown.version),
      date: context.date(signed.signed_at, 'day'),
      time: context.date(signed.signed_at, 'time'),
      amount: context.money(signed.total_cents),
      ready_date: context.date(signed.promise.ready_on, 'day'),
      recall_time: stop && context.date(stop, 'time'),
      stop_link: stop && url(context, '/stop'),
      has_receipt: enclosed.filter(({ sha256 }) => sha256 !== signed.proof_sha256).length > 1,
      proof: enclosed.some(({ sha256 }) => sha256 === signed.proof_sha256)
        ? ('enclosed' as const)
        : ('linked' as const),
    };
    return signed.payment_method === 'counter'
      ? { ...common, paid_at_counter: true as const }
      : {
          ...common,
          paid_at_counter: false as const,
          last4: card?.card_last4 ?? '····',
          charge_time: context.date(signed.stop_until ?? signed.signed_at, 'time'),
        };
  },
  'in-production': async (context) => {
    const { placed, everywhere, portal } = context;
    const shown = await proof.findProof(portal.db, placed.current_proof_id as string);
    return {
      ...everywhere,
      product: placed.specification.words[placed.language].name,
      v: String(shown.version),
      ready_date: context.date(placed.ready_on as string, 'day'),
    };
  },
  'sign-code': async ({ everywhere, task }) => ({ ...everywhere, code: String(task.payload.code) }),
  'order-link': async ({ everywhere }) => everywhere,
  'artwork-needed': async (context) => ({
    ...context.everywhere,
    reason: String(context.task.payload.reason),
    link: url(context, '/artwork'),
  }),
  'payment-needed': async (context) => {
    const { portal, placed, everywhere } = context;
    const shown = await proof.findProof(portal.db, placed.current_proof_id as string);
    return {
      ...everywhere,
      v: String(shown.version),
      amount: context.money(placed.total_cents),
      link: url(context, '/pay'),
    };
  },
  'approval-withdrawn': async (context) => {
    const { everywhere, portal, task } = context;
    const signed = await approval.findApproval(portal.db, String(task.payload.approval_id));
    const { version } = await proof.findProof(portal.db, signed.proof_id);
    return { ...everywhere, v: String(version), reason: String(task.payload.reason) };
  },
  'order-ready': async ({ placed, everywhere, shop }) => ({
    ...everywhere,
    product: placed.specification.words[placed.language].name,
    address: shop.address_lines.join(', '),
  }),
  'order-sent': async (context) => {
    const { placed, everywhere, portal } = context;
    const given = await handover.findOrNull(portal.db, placed.id);
    return {
      ...everywhere,
      product: placed.specification.words[placed.language].name,
      carrier: given?.carrier ?? '–',
      day: context.date(given?.sent_on ?? now(), 'day'),
      tracking_number: given?.tracking_number ?? null,
    };
  },
  'approval-recorded': async (context) => {
    const { placed, everywhere, portal, task } = context;
    const signed = await approval.findApproval(portal.db, String(task.payload.approval_id));
    const recorded = await recordedApproval.findOrNull(portal.db, signed.id);
    const shown = await proof.findProof(portal.db, signed.proof_id);
    const stop = approval.stopUntil(signed);
    const { language } = placed;
    return {
      ...everywhere,
      person: (await findStaffOrNull(portal.db, recorded?.staff_id ?? null))?.name ?? context.shop.name,
      name: signed.typed_name,
      v: String(shown.version),
      product: placed.specification.words[language].name,
      amount: context.money(signed.total_cents),
      statement: signed.statement_text.split('\n').at(0) ?? '',
      stop_time: stop && context.date(stop, 'datetime'),
      paid_at_counter: signed.payment_method === 'counter',
      link: url(context, stop ? '/stop' : ''),
    };
  },
  'order-changed': async (context) => {
    const { portal, placed, everywhere, task } = context;
    const { from_cents, to_cents, was_signed } = task.payload;
    const changes = task.payload.changes as Difference[];
    const isCard = placed.payment_method === 'card';
    const hold = isCard ? await payment.usableHoldOrNull(portal.db, placed.id) : null;
    return {
      ...everywhere,
      product: placed.specification.words[placed.language].name,
      changes: changes.map(
        ({ what, from, to }) => `${what}${placed.language === 'fr' ? '\u00a0' : ''}: ${from} → ${to}`,
      ),
      old_amount: context.money(Number(from_cents)),
      amount: context.money(Number(to_cents)),
      same_amount: from_cents === to_cents,
      was_signed: was_signed === true,
      next: placed.state === 'proofed' ? 'sign' : placed.state === 'awaiting_artwork' ? 'file' : 'proof',
      must_reserve: isCard && !hold && (await payment.hasLapsed(portal.db, placed.id)),
    };
  },
  'order-cancelled': async (context) => ({
    ...context.everywhere,
    product: context.placed.specification.words[context.placed.language].name,
    amount: context.money(context.placed.total_cents),
    paid_at_counter: context.placed.payment_method === 'counter',
  }),
  refunded: async (context) => {
    const { portal, task, everywhere } = context;
    const made = await refund.findRefund(portal.db, String(task.payload.refund_id));
    const paid = await payment.findPayment(portal.db, made.payment_id);
    return {
      ...everywhere,
      amount: context.money(made.amount_cents),
      reason: made.reason,
      tender: made.tender,
      last4: paid.card_last4 ?? '····',
    };
  },
  'refund-failed': async (context) => {
    const { portal, task, placed, everywhere } = context;
    const made = await refund.findRefund(portal.db, String(task.payload.refund_id));
    return {
      ...everywhere,
      amount: context.money(made.amount_cents),
      customer: placed.contact_name,
      link: staffUrl(context, `/staff/orders/${placed.ref}`),
    };
  },
  'dispute-opened': async (context) => {
    const open = await dispute.findDispute(context.portal.db, String(context.task.payload.dispute_id));
    return { ...disputed(context, open), due: open.due_by ? context.date(open.due_by, 'day') : '–' };
  },
  'dispute-closed': async (context) => {
    const closed = await dispute.findDispute(context.portal.db, String(context.task.payload.dispute_id));
    return { ...disputed(context, closed), is_won: closed.status !== 'lost' };
  },
  'fraud-warning': async (context) => ({
    ...context.everywhere,
    amount: context.money(context.placed.total_cents),
    customer: context.placed.contact_name,
    link: staffUrl(context, `/staff/orders/${context.placed.ref}`),
  }),
};

const disputed = (context: Context, { id, amount_cents, currency }: dispute.Dispute) => ({
  ...context.everywhere,
  amount: formatMoney(amount_cents, currency, context.language),
  customer: context.placed.contact_name,
  link: staffUrl(context, `/owner/disputes/${id}`),
});

async function contextOf(portal: Portal, task: Task): Promise<Context> {
  const placed = order.placed(await order.findOrder(portal.db, String(task.payload.order_id)));
  const shop = await setting.shop(portal.db);
  const person = await findStaffOrNull(portal.db, placed.staff_id);
  const toShop = task.payload.to === 'shop';
  const language = toShop ? shop.language : placed.language;
  return {
    portal,
    task,
    placed,
    shop,
    language,
    to: toShop ? shop.email : (placed.contact_email as string),
    date: (iso, style) => dateWords(iso, style, language, shop.time_zone),
    money: (cents) => formatMoney(cents, placed.currency, language),
    everywhere: {
      first_name: firstName(toShop ? shop.contact_person : placed.contact_name),
      ref: placed.ref,
      phone: shop.phone,
      staff_name: person?.name ?? shop.contact_person,
      shop: shop.name,
      link: orderUrl(portal.config, placed.id),
    },
  };
}

async function composed(portal: Portal, task: Task): Promise<message.Message> {
  const template = task.payload.template as MailTemplate;
  const context = await contextOf(portal, task);
  const values = await VALUES[template](context);
  const { language } = context;
  const mail = composeMail({ template, language, values } as MailRequest);
  const host = new URL(portal.config.base_url).hostname;
  const digest = createHash('sha256').update(task.id).digest('hex').slice(0, 32);
  return message.compose(portal.db, {
    id: task.id,
    order_id: context.placed.id,
    template,
    language,
    to_address: context.to,
    ...mail,
    attachments: (task.payload.attachments as message.Attachment[] | undefined) ?? [],
    message_id: `${digest}@${host.includes('.') ? host : `${host}.localdomain`}`,
  });
}

export const sendMessage: Run = async (portal, task) => {
  const letter = await composed(portal, task);
  if (letter.state !== 'queued') return;
  const shop = await setting.shop(portal.db);
  const attachments = await Promise.all(
    letter.attachments.map(async ({ filename, sha256, media_type }) => ({
      filename,
      content_type: media_type,
      content: await buffer((await portal.storage.open(sha256)).stream),
    })),
  );
  try {
    const { reply } = await portal.mail.send({
      message_id: letter.message_id,
      to: letter.to_address,
      reply_to: shop.email,
      subject: letter.subject,
      html: letter.html,
      text: letter.text,
      attachments,
    });
    await message.settle(portal.db, letter, portal.config.smtp_url ? 'sent' : 'kept', reply);
  } catch (error) {
    if (!(error instanceof MailRefused) || !error.permanent) throw error;
    await message.settle(portal.db, letter, 'refused', error.reply);
    throw new Hopeless(`The receiving server refused the letter: ${error.reply}`);
  }
};
