-- Tasks: every delivering project has the tree of its pattern; the awkward ones hang below the
-- root of such a project.
create or replace temp table task_patterns as
select * from read_csv(getvariable('folder') || '/task_patterns.csv', types = {'number': 'varchar'});

create or replace temp table new_msdyn_projecttask as
with pattern_tasks as (
    select new_msdyn_project.ordinal as project_no, task_patterns.*
    from new_msdyn_project
    inner join task_patterns on task_patterns.pattern = new_msdyn_project.ordinal % 4
    where new_msdyn_project.ordinal < getvariable('work_based_contracts')
),

numbered as (
    select
        row_number() over (order by project_no, place) - 1 as ordinal,
        project_no, place, parent, "number", kind
    from pattern_tasks
    union all
    select
        getvariable('clean_tasks') + extras.ordinal,
        extras.ordinal % getvariable('work_based_contracts'),
        100 + extras.ordinal,
        0,
        cast(100 + extras.ordinal as varchar),
        'leaf'
    from range(getvariable('tasks') - getvariable('clean_tasks')) as extras (ordinal)
),

roots as (
    select project_no, ordinal as root_no
    from numbered
    where place = 0
)
select
    numbered.*,
    projects.zone,
    projects.start_day + cast(7 * (numbered.place % 10) as integer) as start_day,
    row_id('msdyn_projecttask', numbered.ordinal) as msdyn_projecttaskid,
    projects.msdyn_projectid as _msdyn_project_value,
    case when numbered.place > 0
        then row_id('msdyn_projecttask', roots.root_no + numbered.parent)
    end as _msdyn_parenttask_value,
    case
        when numbered.place = 0 then projects.msdyn_subject
        when numbered.kind = 'summary' then 'Phase ' || numbered."number"
        else pick(
            ['Analysis', 'Design', 'Build', 'Data migration', 'Acceptance test', 'Training'],
            'msdyn_projecttask', numbered.ordinal, 'name'
        ) || ' ' || numbered."number"
    end as msdyn_subject,
    numbered."number" as msdyn_wbsid,
    case
        when numbered.place = 0 then 0
        else 1 + length(numbered."number") - length(replace(numbered."number", '.', ''))
    end as msdyn_outlinelevel,
    cast(numbered.place as decimal(23, 10)) as msdyn_displaysequence,
    -- Old tasks say nothing about being line tasks.
    case
        when numbered.kind = 'line' then true
        when die('msdyn_projecttask', numbered.ordinal, 'old', 5) > 0 then false
    end as msdyn_islinetask,
    projects._transactioncurrencyid_value,
    projects.exchangerate,
    case when numbered.kind <> 'summary'
        then category_id([7, 8, 9], 'msdyn_projecttask', numbered.ordinal)
    end as _msdyn_transactioncategory_value,
    case when numbered.kind <> 'summary'
        then cast(pick(
            [4, 7.5, 8, 12.25, 16, 2.5, 3.3333333333, 40, 0.1],
            'msdyn_projecttask', numbered.ordinal, 'effort'
        ) as double)
    end as msdyn_effort,
    case when numbered.kind <> 'summary'
        then cast(80 + die('msdyn_projecttask', numbered.ordinal, 'cost', 400000) / 100
            as decimal(19, 4))
            + cast(0.01 as decimal(3, 2)) * die('msdyn_projecttask', numbered.ordinal, 'cents', 100)
    end as msdyn_plannedcost,
    false as msdyn_ismilestone,
    0 as statecode,
    1 as statuscode
from numbered
inner join new_msdyn_project as projects on projects.ordinal = numbered.project_no
inner join roots on roots.project_no = numbered.project_no;

-- A summary task shows the sum of the leaves below it.
create or replace temp table new_msdyn_projecttask as
with ancestors as (
    select leaves.pattern, leaves.place, ancestors.place as ancestor
    from task_patterns as leaves
    inner join task_patterns as ancestors
        on
            ancestors.pattern = leaves.pattern
            and (ancestors.place = 0 or starts_with(leaves."number", ancestors."number" || '.'))
    where leaves.kind = 'leaf' and ancestors.kind = 'summary'
),

sums as (
    select
        leaves.project_no,
        ancestors.ancestor,
        round(sum(leaves.msdyn_effort), 10) as effort,
        cast(sum(leaves.msdyn_plannedcost) as decimal(19, 4)) as plannedcost
    from new_msdyn_projecttask as leaves
    inner join ancestors
        on ancestors.pattern = leaves.project_no % 4 and ancestors.place = leaves.place
    group by leaves.project_no, ancestors.ancestor
),

summed as (
    select tasks.* replace (
        coalesce(tasks.msdyn_effort, sums.effort) as msdyn_effort,
        coalesce(tasks.msdyn_plannedcost, sums.plannedcost) as msdyn_plannedcost
    )
    from new_msdyn_projecttask as tasks
    left join sums on sums.project_no = tasks.project_no and sums.ancestor = tasks.place
)
select
    *,
    cast(msdyn_plannedcost * 1.5 as decimal(19, 4)) as msdyn_plannedsales,
    msdyn_effort / 8 as msdyn_duration,
    -- One start in four was written by an interface, at exactly midnight UTC.
    case
        when die('msdyn_projecttask', ordinal, 'interface', 4) = 0 then cast(start_day as timestamp)
        else day_in_zone(start_day + interval 9 hour, zone)
    end as msdyn_scheduledstart,
    day_in_zone(
        start_day + case kind when 'summary' then 60 else 5 end + interval 17 hour, zone
    ) as msdyn_scheduledend,
    msdyn_scheduledstart as msdyn_start,
    msdyn_scheduledend as msdyn_finish
from summed;

-- Project Operations knows no line tasks.
delete from new_msdyn_projecttask
where kind = 'line' and getvariable('generation') = 'project_operations';

create or replace temp table project_leaves as
select project_no, list(msdyn_projecttaskid order by ordinal) as leaves
from new_msdyn_projecttask
where kind = 'leaf' and ordinal < getvariable('clean_tasks')
group by project_no;
