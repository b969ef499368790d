import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('change_answers', (table) => {
    table.text('id').primary();
    table.text('change_point_id').notNullable().references('change_points.id').index();
    table.text('answer').notNullable().checkIn(['done', 'question', 'not_done']);
    table.text('text').nullable();
    table.text('staff_id').nullable().references('staff.id');
    table.text('answered_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('change_answers');
}
