import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('preflights', (table) => {
    table.text('id').primary();
    table.text('artwork_id').notNullable().references('artworks.id');
    table.text('specification_sha256').notNullable();
    table.integer('is_accepted').notNullable();
    table.text('report').nullable();
    table.text('refusal').nullable();
    table.text('created_at').notNullable();
    table.unique(['artwork_id', 'specification_sha256']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('preflights');
}
