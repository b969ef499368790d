// Checks a court pack as a stranger would, one line a check. It believes nothing but the zip and, where one is named,
// a root certificate; the rules are those that VERIFY.txt tells.
import { createHash, verify, X509Certificate } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { checkToken } from '../timestamp-token';
import { type ChainFault, chainFault, type Told, tellChain } from './chain';
import { type SealFault, sealFault } from './seal-check';
import { openPack, type PackFile, PackRefused } from './zip';

/** What is read whole: texts, keys, the history. Proofs and papers are read whole too, up to the second limit. */
export const MAX_TEXT_BYTES = 64 * 1024 ** 2;
export const MAX_PDF_BYTES = 1024 ** 3;

export interface Check {
  holds: boolean;
  /** What was checked, and what is wrong with it. */
  text: string;
}

interface Manifest {
  order: string;
  order_id: string;
  approval: string;
  made_at: string;
  made_at_epoch: number;
  events: number;
  head_sha256: string;
  artwork: string;
  sealed: string;
}

const SUMS = 'SHA256SUMS';
const APPROVALS = new Set(['approval.signed', 'approval.recorded']);
const SUM_LINE = /^([0-9a-f]{64}) {2}(\S+)$/;

/** The checks of the pack at `path`, in order. `root_sha256`: fingerprint of the root that it must come from. */
export async function checkPack(path: string, root_sha256: string | null = null): Promise<Check[]> {
  let pack: Awaited<ReturnType<typeof openPack>>;
  try {
    pack = await openPack(path);
  } catch (error) {
    if (!(error instanceof PackRefused)) throw error;
    return [{ holds: false, text: `the file opens as a pack: ${error.message}` }];
  }
  try {
    return await new PackCheck(pack.files, pack.isAsMade, root_sha256).run();
  } finally {
    pack.close();
  }
}

class PackCheck {
  private readonly checks: Check[] = [];
  private readonly root: string;

  constructor(
    private readonly files: PackFile[],
    private readonly isAsMade: (day: string) => Promise<boolean>,
    private readonly root_sha256: string | null,
  ) {
    this.root = files[0]?.name.split('/')[0] ?? '';
  }

  async run(): Promise<Check[]> {
    const sums = await this.text(SUMS);
    const listed = this.listed(sums);
    this.say(listed !== null, 'the list of files can be read');
    const manifest = await this.manifest();
    this.say(manifest !== null, 'what the pack says of itself can be read');
    if (!listed || !manifest) return this.checks;
    const day = manifest.made_at.slice(0, 10);
    this.say(await this.isAsMade(day).catch(() => false), 'the zip is byte for byte as it was made');
    this.complete(listed);
    await this.unchanged(listed);
    const certificates = await this.signed(sums, manifest);
    const told = await this.chain(manifest);
    if (told) await this.agrees(told, manifest);
    if (certificates) {
      await this.seals(certificates.root, manifest);
      if (told) await this.stamps(told);
    }
    await this.disclosed(told);
    return this.checks;
  }

  private say(holds: boolean, text: string, why = ''): void {
    this.checks.push({ holds, text: holds || !why ? text : `${text}: ${why}` });
  }

  private find(name: string): PackFile | undefined {
    return this.files.find((file) => file.name === `${this.root}/${name}`);
  }

  private async bytes(name: string, limit = MAX_TEXT_BYTES): Promise<Buffer | null> {
    const file = this.find(name);
    if (!file || file.bytes > limit) return null;
    return file
      .open()
      .then(buffer)
      .catch(() => null);
  }

  private async text(name: string): Promise<string> {
    return (await this.bytes(name))?.toString('utf8') ?? '';
  }

  private listed(sums: string): Map<string, string> | null {
    const lines = sums.split('\n');
    if (lines.pop() !== '' || lines.length === 0) return null;
    const parts = lines.map((line) => SUM_LINE.exec(line));
    return parts.some((part) => part === null)
      ? null
      : new Map(parts.map((part) => [part![2], part![1]] as const));
  }

  private async manifest(): Promise<Manifest | null> {
    try {
      const read = JSON.parse(await this.text('pack.json')) as Manifest;
      const texts = [read.order, read.approval, read.made_at, read.head_sha256, read.artwork, read.sealed];
      return texts.every((text) => typeof text === 'string') ? read : null;
    } catch {
      return null;
    }
  }

  private complete(listed: Map<string, string>): void {
    const there = this.files.map(({ name }) => name);
    const expected = [...listed.keys(), SUMS, `${SUMS}.sig`].map((name) => `${this.root}/${name}`);
    const extra = there.filter((name) => !expected.includes(name));
    const missing = expected.filter((name) => !there.includes(name));
    this.say(extra.length === 0, 'no file was added', extra.join(', '));
    this.say(missing.length === 0, 'no file was taken out', missing.join(', '));
    const isInOrder =
      String(there.filter((name) => expected.includes(name))) ===
      String(expected.filter((name) => there.includes(name)));
    this.say(isInOrder, 'the files stand in their order');
  }

  private async unchanged(listed: Map<string, string>): Promise<void> {
    const changed: string[] = [];
    for (const [name, sha256] of listed) {
      const file = this.find(name);
      if (file && (await hashOf(file).catch(() => '')) !== sha256) changed.push(name);
    }
    this.say(changed.length === 0, `every file is as it was (${listed.size} files)`, changed.join(', '));
  }

  private async signed(sums: string, manifest: Manifest) {
    const certificates = await this.certificates();
    this.say(certificates !== null, 'the certificates of the shop can be read');
    const signature = await this.bytes(`${SUMS}.sig`);
    if (!certificates || !signature) return null;
    const { root, seal } = certificates;
    const at = Date.parse(manifest.made_at);
    const isValid =
      root.ca &&
      root.verify(root.publicKey) &&
      seal.checkIssued(root) &&
      seal.verify(root.publicKey) &&
      Date.parse(seal.validFrom) <= at &&
      Date.parse(seal.validTo) >= at;
    this.say(isValid, 'the certificate of the seal was issued under the shop’s root');
    const holds = verify('sha256', Buffer.from(sums, 'utf8'), seal.publicKey, signature);
    this.say(holds, 'the list of files bears the shop’s signature');
    const fingerprint = root.fingerprint256.replaceAll(':', '').toLowerCase();
    if (this.root_sha256) {
      this.say(fingerprint === this.root_sha256, `the root is the one you named (${fingerprint})`);
    } else {
      this.say(true, `the root certificate is ${fingerprint}: compare it with the customer’s certificate`);
    }
    return certificates;
  }

  private async certificates(): Promise<{ root: X509Certificate; seal: X509Certificate } | null> {
    try {
      return {
        root: new X509Certificate(await this.text('keys/shop-root.crt')),
        seal: new X509Certificate(await this.text('keys/shop-seal.crt')),
      };
    } catch {
      return null;
    }
  }

  private async chain(manifest: Manifest): Promise<Told[] | null> {
    const lines = await this.text('04-events.jsonl');
    const fault: ChainFault | null = chainFault(lines, manifest.order_id, manifest.head_sha256);
    this.say(
      fault === null,
      fault ? 'the history holds' : `the history holds: ${manifest.events} events`,
      fault ? `event ${fault.seq}${fault.type ? ` (${fault.type})` : ''}: ${fault.why}` : '',
    );
    return fault ? null : tellChain(lines);
  }

  private async agrees(told: Told[], manifest: Manifest): Promise<void> {
    const signing = told.find(({ type, data }) => APPROVALS.has(type) && data.approval === manifest.approval);
    this.say(signing !== undefined, 'the approval is in the history');
    if (!signing) return;
    const { data } = signing;
    const proof = await this.sha256('02-approved-proof.pdf');
    this.say(proof === data.proof_sha256, 'the approved proof is the one that was signed');
    const artwork = await this.sha256(`artwork/${manifest.artwork}`);
    this.say(artwork === data.artwork_sha256, 'the artwork is the one that was proofed');
    const words = await this.sha256('terms/approval-statement.txt');
    this.say(words === data.statement_sha256, 'the words are those that were signed');
    const certificate = await this.sha256('03-approval-certificate.pdf');
    if (certificate === null) return;
    const isMade = told.some(
      ({ type, data: made }) =>
        type === 'record.made' && made.subject === manifest.approval && made.sha256 === certificate,
    );
    this.say(isMade, 'the approval certificate is the one that was made');
  }

  private async sha256(name: string): Promise<string | null> {
    const file = this.find(name);
    return file ? hashOf(file).catch(() => null) : null;
  }

  private async seals(root: X509Certificate, manifest: Manifest): Promise<void> {
    for (const name of manifest.sealed.split(' ').filter(Boolean)) {
      const pdf = await this.bytes(name, MAX_PDF_BYTES);
      const fault: SealFault | null = pdf ? sealFault(pdf, root) : 'none';
      this.say(fault === null, `the seal on ${name} holds`, fault ? WHY[fault] : '');
    }
  }

  private async stamps(told: Told[]): Promise<void> {
    const roots = (await this.text('keys/time-roots.pem'))
      .split(/(?<=-----END CERTIFICATE-----)\s*/)
      .filter((pem) => pem.includes('BEGIN'));
    for (const { name } of this.files.filter((file) => file.name.endsWith('.tsr'))) {
      const id = name
        .split('/')
        .at(-1)!
        .replace(/\.tsr$/, '');
      const signing = told.find(({ type, data }) => APPROVALS.has(type) && data.approval === id);
      const token = await this.bytes(name.slice(this.root.length + 1));
      let why = 'its approval is not in the history';
      try {
        if (signing && token) {
          const { gen_time, tsa } = checkToken(token, {
            sha256: signing.hash,
            roots: roots.map((pem) => new X509Certificate(pem)),
          });
          this.say(true, `the outside time stamp is of this approval: ${gen_time}, ${tsa}`);
          continue;
        }
      } catch (error) {
        why = (error as Error).message;
      }
      this.say(false, 'the outside time stamp is of this approval', why);
    }
  }

  private async disclosed(told: Told[] | null): Promise<void> {
    let wrong = 'the file cannot be read';
    try {
      const entries = JSON.parse(await this.text('disclosed.json')) as Array<Record<string, string | null>>;
      const inChain = JSON.stringify(told?.map(({ data }) => data) ?? []);
      const bad = entries.filter(
        ({ commitment, salt, value }) =>
          (value !== null && sha256(`${salt}:${value}`) !== commitment) ||
          (told !== null && !inChain.includes(`"${commitment}"`)),
      );
      if (bad.length === 0)
        return this.say(true, `the disclosed data are those of the history (${entries.length})`);
      wrong = bad.map(({ commitment }) => String(commitment).slice(0, 8)).join(', ');
    } catch {
      // Told below.
    }
    this.say(false, 'the disclosed data are those of the history', wrong);
  }
}

const WHY: Record<SealFault, string> = {
  none: 'there is no seal that can be read',
  not_whole: 'it does not cover the whole file',
  digest: 'the file was changed after it was sealed',
  signature: 'the signature in it is not of the shop’s key',
  certificate: 'its certificate was not issued under the shop’s root',
};

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

async function hashOf(file: PackFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await file.open()) hash.update(chunk);
  return hash.digest('hex');
}
