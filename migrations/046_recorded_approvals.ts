import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('recorded_approvals', (table) => {
    table.text('approval_id').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('staff_id').notNullable().references('staff.id');
    table.text('given_by').notNullable().checkIn(['paper', 'mail', 'message', 'telephone']);
    table.text('reason').notNullable();
    table.text('attachment_sha256').notNullable().references('files.sha256');
    table.text('attachment_name').notNullable();
    table.text('recorded_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('recorded_approvals');
}
