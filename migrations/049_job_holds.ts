import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('job_holds', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('cause').notNullable().checkIn(['dispute', 'fraud_warning', 'refund']);
    table.text('subject_id').notNullable();
    table.text('held_at').notNullable();
    table.text('lifted_at').nullable();
    table.text('lifted_by').nullable().references('staff.id');
    table.unique(['cause', 'subject_id']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('job_holds');
}
