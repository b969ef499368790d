import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('counter_calls', (table) => {
    table.text('counter_session_id').primary().references('counter_sessions.id');
    table.text('called_at').notNullable();
    table.text('answered_at').nullable();
    table.text('answered_by').nullable().references('staff.id');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('counter_calls');
}
