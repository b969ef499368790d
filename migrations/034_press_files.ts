import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('press_files', (table) => {
    table.text('proof_id').notNullable().references('proofs.id');
    table.text('kind').notNullable().checkIn(['file', 'sheet']);
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('sha256').notNullable().references('files.sha256');
    table.bigInteger('bytes').notNullable();
    table.text('artwork_sha256').notNullable();
    table.text('derivation').notNullable();
    table.text('made_at').notNullable();
    table.primary(['proof_id', 'kind']);
  });
  // Proofs from before were drawn from the artwork, and the artwork went to the press.
  const older = await db('proofs')
    .join('files', 'files.sha256', 'proofs.artwork_sha256')
    .select('proofs.id', 'proofs.order_id', 'proofs.artwork_sha256', 'proofs.issued_at', 'files.bytes');
  for (const proof of older) {
    await db('press_files').insert({
      proof_id: proof.id,
      kind: 'file',
      order_id: proof.order_id,
      sha256: proof.artwork_sha256,
      bytes: proof.bytes,
      artwork_sha256: proof.artwork_sha256,
      derivation: JSON.stringify({
        engine: { name: 'bon-a-tirer', version: '1' },
        artwork_sha256: proof.artwork_sha256,
        fixes: [],
        steps: [{ step: 'kept-as-sent' }],
        press_sha256: proof.artwork_sha256,
      }),
      made_at: proof.issued_at,
    });
  }
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('press_files');
}
