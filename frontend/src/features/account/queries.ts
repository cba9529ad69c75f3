import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/lib/api/client';
import { supabase } from '@/lib/supabase';

/** The plan of who is signed in and what is used of it; row level security shows no other's. */
export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: async () => {
    const midnight = new Date();
    midnight.setUTCHours(0, 0, 0, 0);
    const [profile, generations, apis] = await Promise.all([
      supabase().from('profiles').select('handle, plan_id').single(),
      supabase()
        .from('generations')
        .select('id', { count: 'exact', head: true })
        .gte('created_at', midnight.toISOString()),
      data(api.GET('/api/v1/apis')),
    ]);
    if (profile.error !== null) throw new Error('Your profile cannot be read just now.');
    const plan = await supabase().from('plans').select('*').eq('id', profile.data.plan_id).single();
    if (plan.error !== null) throw new Error('Your plan cannot be read just now.');
    return { plan: plan.data, apis: apis.apis.length, generations: generations.count ?? 0 };
  },
});
